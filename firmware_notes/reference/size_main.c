/* An image in which everything is used, to see what the portable code costs. Never run. */
#include "lm1.h"

int main(void);

static lm1_device device;
static const uint16_t rates[] = {520, 1040, 2080};
volatile uint32_t size_sink;

int main(void)
{
    static uint8_t packet[LM1_MAX_PACKET_BYTES];
    static int16_t counts[19][7];
    const lm1_info info = {LM1_UNSET, 1040, 1.0f, 1.0f, {0}, LM1_HAS_HAPTIC};
    uint8_t answer[LM1_ANSWER_BYTES];
    uint32_t token = 0;
    lm1_haptic haptic = {0, 0, 0};
    lm1_counter counter = {0};
    lm1_device_init(&device, &info, rates, 3);
    size_sink += lm1_control_wake(&device.control, lm1_counter_extend(&counter, 1));
    size_sink += lm1_control_connected(&device.control);
    size_sink += lm1_device_command(&device, packet, 20, answer);
    lm1_device_fifo(&device, lm1_us_of_32k(size_sink), 2, false, (const int16_t(*)[7])counts, 2);
    size_sink += (uint32_t)lm1_device_packet(&device, packet, sizeof packet);
    lm1_device_sent(&device);
    size_sink += lm1_get_token(packet, 4, &token);
    lm1_put_beacon(packet, token, device.clock.last_us);
    lm1_put_info(packet, &device.info);
    size_sink += lm1_get_haptic(packet, 4, &haptic);
    size_sink += lm1_haptic_level(&haptic, size_sink);
    size_sink += lm1_battery_percent((uint16_t)(size_sink & 0xFFFFu));
    size_sink += lm1_device_disconnected(&device, 2);
    size_sink += lm1_device_tick(&device, 3);
    return 0;
}
