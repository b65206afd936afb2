/* Host test of the portable code; the sanitizer build runs it too. Prints one line, exits 1 at a failure. */
#include "lm1.h"
#include "vectors.h"

#include <stdio.h>
#include <string.h>

static int failures;
static int checks;

#define CHECK(what)                                                   \
    do {                                                              \
        checks++;                                                     \
        if (!(what)) {                                                \
            failures++;                                               \
            (void)printf("%s:%d: %s\n", __FILE__, __LINE__, #what);   \
        }                                                             \
    } while (0)

static const uint16_t RATES[] = {125, 260, 520, 1040, 2080};
static const lm1_info INFO = {LM1_L1, 1040, 0.0023942017f, 0.0010652645f, {'L', 'M', '1', '0', '0', '0', '0', '1'},
                              LM1_HAS_QUATERNION | LM1_HAS_HAPTIC};

static uint32_t random_state = 12345;
static uint32_t any(uint32_t below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % below;
}

static uint8_t nibble(char c) { return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10); }

static size_t bytes_of(const char *hex, uint8_t *out)
{
    const size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    }
    return n;
}

static bool equals(const uint8_t *got, size_t length, const char *hex)
{
    uint8_t wanted[LM1_MAX_PACKET_BYTES];
    return bytes_of(hex, wanted) == length && memcmp(got, wanted, length) == 0;
}

static lm1_sample sample_of(uint32_t t_us, uint16_t seq, const int16_t counts[7])
{
    lm1_sample sample;
    sample.t_us = t_us;
    sample.seq = seq;
    memcpy(sample.counts, counts, sizeof sample.counts);
    return sample;
}

static void test_packets(void)
{
    static const int16_t two[2][7] = {{1, -2, 3, -4, 5, -6, 0}, {-32768, 32767, 0, 1, 2, 3, 0}};
    static const int16_t turned[7] = {32767, 0, -32767, 0, 10, -10, 0};
    static const int16_t flagged[7] = {1, 2, 3, 4, 5, 6, LM1_CLIPPED | LM1_BUTTON};
    uint8_t out[LM1_MAX_PACKET_BYTES];
    lm1_ring ring;
    lm1_ring_init(&ring, 1040);
    for (uint16_t i = 0; i < 2; i++) {
        const lm1_sample sample = sample_of(1000000u + 9615u * i, (uint16_t)(300 + i), two[i]);
        lm1_ring_push(&ring, &sample);
    }
    CHECK(equals(out, lm1_ring_packet(&ring, LM1_MOTION, 2, out, sizeof out), VECTOR_MOTION));
    CHECK(lm1_ring_packet(&ring, LM1_MOTION, 2, out, 19) == 0);
    CHECK(lm1_ring_packet(&ring, LM1_MOTION, 2, out, 20) == 20 && out[1] == 1);
    lm1_ring_clear(&ring);
    const lm1_sample o = sample_of(UINT32_MAX, 65535, turned);
    lm1_ring_push(&ring, &o);
    CHECK(equals(out, lm1_ring_packet(&ring, LM1_ORIENTATION, 1, out, sizeof out), VECTOR_ORIENTATION));
    lm1_ring_clear(&ring);
    const lm1_sample f = sample_of(0, 0, flagged);
    lm1_ring_push(&ring, &f);
    CHECK(equals(out, lm1_ring_packet(&ring, LM1_MOTION_FLAGS, 1, out, sizeof out), VECTOR_FLAGGED));
    CHECK(lm1_ring_packet(&ring, 4, 1, out, sizeof out) == 0);
}

static void test_other_layouts(void)
{
    uint8_t in[LM1_MAX_PACKET_BYTES];
    uint8_t out[LM1_INFO_BYTES];
    uint32_t token = 0;
    lm1_haptic haptic = {0, 0, 0};
    lm1_put_info(out, &INFO);
    CHECK(equals(out, LM1_INFO_BYTES, VECTOR_INFO));
    CHECK(lm1_get_token(in, bytes_of(VECTOR_TOKEN, in), &token) && token == 0xDEADBEEFu);
    CHECK(!lm1_get_token(in, 3, &token));
    lm1_put_beacon(out, token, UINT64_C(0x0807060504030201));
    CHECK(equals(out, LM1_BEACON_BYTES, VECTOR_BEACON));
    CHECK(lm1_get_haptic(in, bytes_of(VECTOR_HAPTIC, in), &haptic));
    CHECK(haptic.pattern == 1 && haptic.strength == 200 && haptic.ms == 300);
    CHECK(!lm1_get_haptic(in, 5, &haptic));
}

static void test_ring_drops_the_oldest_and_numbers_go_on(void)
{
    static const int16_t zero[7] = {0};
    uint8_t out[LM1_MAX_PACKET_BYTES];
    lm1_ring ring;
    lm1_ring_init(&ring, 1040);
    CHECK(ring.limit == 208);
    for (uint32_t i = 0; i < 65536u + 1000u; i++) {
        const lm1_sample sample = sample_of(i * 9615u, (uint16_t)(i & 0xFFFFu), zero);
        lm1_ring_push(&ring, &sample);
    }
    CHECK(ring.count == 208 && ring.dropped == 65536u + 1000u - 208u);
    uint16_t next = 1000 - 208;
    while (lm1_ring_due(&ring, 2)) {
        CHECK(lm1_ring_packet(&ring, LM1_MOTION, 2, out, sizeof out) == 32);
        CHECK((uint16_t)(out[2] | out[3] << 8) == next);
        lm1_ring_sent(&ring);
        next = (uint16_t)(next + 2);
    }
    CHECK(next == 1000 && ring.count == 0);
}

static void test_packet_in_hand_survives_a_drop(void)
{
    static const int16_t zero[7] = {0};
    uint8_t out[LM1_MAX_PACKET_BYTES];
    lm1_ring ring;
    lm1_ring_init(&ring, 125);
    for (uint16_t i = 0; i < 25; i++) {
        const lm1_sample sample = sample_of(i, i, zero);
        lm1_ring_push(&ring, &sample);
    }
    CHECK(lm1_ring_packet(&ring, LM1_MOTION, 4, out, sizeof out) == 56);
    const lm1_sample late = sample_of(25, 25, zero);
    lm1_ring_push(&ring, &late); /* pushes out sample 0, which is in the packet */
    lm1_ring_sent(&ring);
    CHECK(ring.count == 22);
    (void)lm1_ring_packet(&ring, LM1_MOTION, 1, out, sizeof out);
    CHECK(out[2] == 4);
}

static void test_a_packet_never_spans_a_gap(void)
{
    static const int16_t zero[7] = {0};
    static const uint16_t numbers[] = {65534, 65535, 0, 7, 8};
    uint8_t out[LM1_MAX_PACKET_BYTES];
    lm1_ring ring;
    lm1_ring_init(&ring, 1040);
    for (size_t i = 0; i < 5; i++) {
        const lm1_sample sample = sample_of((uint32_t)i, numbers[i], zero);
        lm1_ring_push(&ring, &sample);
    }
    CHECK(lm1_ring_due(&ring, 4));
    CHECK(lm1_ring_packet(&ring, LM1_MOTION, 4, out, sizeof out) == 8 + 3 * 12);
    lm1_ring_sent(&ring);
    CHECK(!lm1_ring_due(&ring, 4));
    CHECK(lm1_ring_packet(&ring, LM1_MOTION, 4, out, sizeof out) == 8 + 2 * 12 && out[2] == 7);
}

static void test_counters(void)
{
    lm1_counter counter = {0};
    CHECK(lm1_counter_extend(&counter, 4294967290u) == 0); /* before the first reading: power-on */
    counter.last_us = 4294967290u;
    CHECK(lm1_counter_extend(&counter, 10) == UINT64_C(4294967306));
    CHECK(lm1_counter_extend(&counter, 4294967295u) == UINT64_C(4294967295)); /* latched before the wrap */
    CHECK(lm1_counter_extend(&counter, 20) == UINT64_C(4294967316));
    CHECK(lm1_us_of_32k(32768) == 1000000 && lm1_us_of_32k(1) == 30);
    CHECK(lm1_us_of_32k(UINT64_C(32768) * 86400 * 365 * 17000) == UINT64_C(1000000) * 86400 * 365 * 17000);
}

static void test_clock_measures_the_period_and_counts_what_is_missing(void)
{
    lm1_clock clock;
    lm1_clock_init(&clock, 1040);
    uint64_t t_us = 500000;
    for (uint32_t i = 0; i < 400; i++) { /* 3 % fast: 9328 us */
        const lm1_block block = lm1_clock_block(&clock, t_us, 2, 2, i == 0);
        CHECK(block.index == 2 * i);
        CHECK(i < 2 || block.t_us + 9328 == t_us);
        t_us += 2 * 9328;
    }
    CHECK(clock.period_q12 / 4096u == 9328 || (clock.period_q12 + 4u) / 4096u == 9328);
    t_us += 1000u * 9328u; /* the FIFO was off for 1000 samples */
    const lm1_block block = lm1_clock_block(&clock, t_us, 2, 2, true);
    CHECK(block.index == 800 + 1000);
    const lm1_block unlatched = lm1_clock_block(&clock, LM1_NO_LATCH, 2, 3, false);
    CHECK(unlatched.index == 1802 && unlatched.t_us == t_us + 9328);
    const lm1_block late = lm1_clock_block(&clock, t_us - 5000, 2, 2, false); /* nonsense: time turned back */
    CHECK(late.index == 1805 && late.t_us > lm1_block_time(&unlatched, 2));
}

static uint8_t command(lm1_device *device, const char *hex, uint32_t *effects)
{
    uint8_t in[LM1_MAX_PACKET_BYTES];
    uint8_t answer[LM1_ANSWER_BYTES];
    const size_t n = bytes_of(hex, in);
    *effects = lm1_device_command(device, in, n, answer);
    CHECK(answer[0] == (n > 0 ? in[0] : 0));
    return answer[1];
}

static void test_control(void)
{
    lm1_device device;
    uint32_t effects = 0;
    lm1_device_init(&device, &INFO, RATES, 5);
    CHECK(command(&device, VECTOR_START, &effects) == LM1_BUSY && effects == 0);
    CHECK(lm1_control_wake(&device.control, 1) == LM1_DO_ADVERTISE_FAST);
    CHECK(lm1_device_tick(&device, 29999999) == 0);
    CHECK(lm1_device_tick(&device, 30000001) == LM1_DO_ADVERTISE_SLOW);
    CHECK(lm1_device_tick(&device, 30000002) == 0);
    CHECK(lm1_control_connected(&device.control) == LM1_DO_SAMPLING_ON);
    CHECK(command(&device, VECTOR_START, &effects) == LM1_OK && effects == LM1_DO_CLEAR_RING);
    CHECK(device.control.state == LM1_STREAMING && device.control.batch == 2);
    CHECK(command(&device, VECTOR_SET_RATE, &effects) == LM1_BUSY);
    CHECK(command(&device, VECTOR_GYRO_BIAS, &effects) == LM1_BUSY);
    CHECK(command(&device, VECTOR_IDENTIFY, &effects) == LM1_OK && effects == LM1_DO_IDENTIFY);
    CHECK(command(&device, VECTOR_STOP, &effects) == LM1_OK && device.control.state == LM1_CONNECTED);
    CHECK(command(&device, VECTOR_SET_RATE, &effects) == LM1_OK && effects == LM1_DO_RATE);
    CHECK(command(&device, VECTOR_BAD_RATE, &effects) == LM1_BAD_ARGUMENT && effects == 0);
    CHECK(command(&device, VECTOR_SET_ROLE, &effects) == LM1_OK && effects == LM1_DO_SAVE);
    CHECK(device.info.role == LM1_SACRUM && strcmp(device.control.name, "LM") == 0);
    CHECK(command(&device, "0501", &effects) == LM1_OK && strcmp(device.control.name, "LM") == 0);
    CHECK(command(&device, "0503", &effects) == LM1_BAD_ARGUMENT);
    CHECK(command(&device, "01", &effects) == LM1_BAD_ARGUMENT);
    CHECK(command(&device, "010402", &effects) == LM1_BAD_ARGUMENT);
    CHECK(command(&device, "010100", &effects) == LM1_BAD_ARGUMENT);
    CHECK(command(&device, "010114", &effects) == LM1_BAD_ARGUMENT);
    CHECK(command(&device, "09", &effects) == LM1_UNKNOWN_OP);
    CHECK(command(&device, "", &effects) == LM1_UNKNOWN_OP);
    CHECK(lm1_device_disconnected(&device, 100000000) == (LM1_DO_ADVERTISE_FAST | LM1_DO_CLEAR_RING));
    CHECK(device.control.sampling);
    CHECK(lm1_device_tick(&device, 110000000) == LM1_DO_SAMPLING_OFF);
    CHECK(lm1_device_tick(&device, 130000000) == LM1_DO_ADVERTISE_SLOW);
    CHECK(lm1_device_tick(&device, 700000000) == (LM1_DO_CLEAR_RING | LM1_DO_SLEEP));
    CHECK(lm1_control_connected(&device.control) == 0);
    CHECK(lm1_control_wake(&device.control, 800000000) == LM1_DO_ADVERTISE_FAST);
    CHECK(lm1_control_connected(&device.control) == LM1_DO_SAMPLING_ON);
    CHECK(command(&device, VECTOR_SLEEP, &effects) == LM1_OK);
    CHECK(effects == (LM1_DO_SAMPLING_OFF | LM1_DO_CLEAR_RING | LM1_DO_SLEEP));
    CHECK(lm1_device_disconnected(&device, 900000000) == 0 && device.control.state == LM1_ASLEEP);
}

static void test_cues_and_battery(void)
{
    const lm1_haptic steady = {1, 180, 150}, twice = {2, 255, 400}, off = {0, 255, 400}, endless = {3, 9, 65535};
    CHECK(lm1_haptic_level(&steady, 0) == 180 && lm1_haptic_level(&steady, 149) == 180);
    CHECK(lm1_haptic_level(&steady, 150) == 0 && lm1_haptic_level(&off, 0) == 0);
    CHECK(lm1_haptic_level(&twice, 159) == 255 && lm1_haptic_level(&twice, 160) == 0);
    CHECK(lm1_haptic_level(&twice, 239) == 0 && lm1_haptic_level(&twice, 240) == 255);
    CHECK(lm1_haptic_level(&endless, 0) == 9 && lm1_haptic_level(&endless, 60) == 0);
    CHECK(lm1_haptic_level(&endless, LM1_HAPTIC_LONGEST_MS) == 0);
    CHECK(lm1_battery_percent(0) == 0 && lm1_battery_percent(3300) == 0 && lm1_battery_percent(3600) == 10);
    CHECK(lm1_battery_percent(3830) == 50 && lm1_battery_percent(4150) == 100 && lm1_battery_percent(9999) == 100);
    for (uint16_t mv = 3000; mv < 4300; mv++) {
        CHECK(lm1_battery_percent(mv) <= lm1_battery_percent((uint16_t)(mv + 1)));
    }
}

/* Anything in any order: the sanitizers watch, and numbers and times must only go forward. */
static void test_anything(void)
{
    static lm1_device device;
    lm1_device_init(&device, &INFO, RATES, 5);
    uint64_t now_us = 0;
    uint8_t in[24];
    uint8_t answer[LM1_ANSWER_BYTES];
    uint8_t out[LM1_MAX_PACKET_BYTES];
    int16_t counts[40][7] = {{0}};
    for (uint32_t step = 0; step < 200000; step++) {
        now_us += any(30000);
        const uint32_t before = device.clock.next_index;
        const uint16_t n = (uint16_t)any(40);
        switch (any(8)) {
        case 0:
            for (size_t i = 0; i < sizeof in; i++) {
                in[i] = (uint8_t)any(i == 0 ? 9 : 256);
            }
            (void)lm1_device_command(&device, in, any(sizeof in + 1), answer);
            break;
        case 1:
            (void)lm1_control_wake(&device.control, now_us);
            (void)lm1_control_connected(&device.control);
            break;
        case 2:
            if (any(50) == 0) {
                (void)lm1_device_disconnected(&device, now_us);
            }
            (void)lm1_device_tick(&device, now_us);
            break;
        case 3: {
            const size_t length = lm1_device_packet(&device, out, any(sizeof out + 1));
            CHECK(length <= sizeof out);
            if (length > 0 && any(4) != 0) {
                lm1_device_sent(&device);
            }
            break;
        }
        default:
            lm1_device_fifo(&device, any(10) == 0 ? LM1_NO_LATCH : now_us, (uint16_t)(1 + any(20)), any(20) == 0,
                            (const int16_t(*)[7])counts, n);
            CHECK(device.clock.next_index - before >= n && device.clock.next_index - before < 100000u);
        }
        CHECK(device.ring.count <= device.ring.limit && device.ring.pending <= device.ring.count);
    }
}

int main(void)
{
    test_packets();
    test_other_layouts();
    test_ring_drops_the_oldest_and_numbers_go_on();
    test_packet_in_hand_survives_a_drop();
    test_a_packet_never_spans_a_gap();
    test_counters();
    test_clock_measures_the_period_and_counts_what_is_missing();
    test_control();
    test_cues_and_battery();
    test_anything();
    (void)printf("%d checks, %d failures\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
