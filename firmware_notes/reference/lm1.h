/* LM-1 sensor firmware, portable part: byte layouts, sample ring, clock and control state.
 *
 * Specification: ../lm1.md. C99, little or big endian, no allocation, no floating-point arithmetic, no calls to
 * an operating system. The board (../board_xiao_nrf52840_sense.md) reads the inertial chip, owns the radio and
 * calls these functions from ONE context (main loop or one work queue); its interrupt handler only notes the
 * time and wakes that context.
 */
#ifndef LM1_H
#define LM1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Constants of the profile ------------------------------------------------------------------------- */

#define LM1_VERSION 1u
#define LM1_HEADER_BYTES 8u
#define LM1_INFO_BYTES 24u
#define LM1_BEACON_BYTES 12u
#define LM1_ANSWER_BYTES 2u
#define LM1_MAX_BATCH 19u          /* samples of 12 bytes that fit an ATT MTU of 247 */
#define LM1_MAX_PACKET_BYTES 244u  /* MTU 247 less 3 */
#define LM1_NAME_BYTES 18u         /* longest name: fits a write at the smallest MTU */
#define LM1_UNASKED_TOKEN 0u
#define LM1_NO_LATCH UINT64_MAX

/* Device time is 64-bit us since power-on. These are conventions of the profile. */
#define LM1_FAST_ADVERTISING_US (30u * 1000000u)  /* every 100 ms for so long, then every 1 s */
#define LM1_LINGER_US (10u * 1000000u)            /* sampling goes on for so long without a link */
#define LM1_IDLE_US (600u * 1000000u)             /* asleep after so long without a link */
#define LM1_HAPTIC_LONGEST_MS 2000u
#define LM1_RING_SECONDS 2u

#ifndef LM1_RING_CAPACITY
#define LM1_RING_CAPACITY 416u /* 2 s at 208 Hz, 20 bytes each */
#endif

enum lm1_kind { LM1_MOTION = 1, LM1_ORIENTATION = 2, LM1_MOTION_FLAGS = 3 };
enum lm1_flag { LM1_CLIPPED = 1, LM1_FAULT = 2, LM1_BUTTON = 4 };
enum lm1_role { LM1_UNSET = 0, LM1_SACRUM = 1, LM1_L1 = 2 };
enum lm1_capability { LM1_HAS_QUATERNION = 1, LM1_HAS_HAPTIC = 2, LM1_HAS_ANCHOR_CLOCK = 4, LM1_HAS_FLASH_LOG = 8 };
enum lm1_op {
    LM1_START = 1,     /* u8 kind, u8 batch */
    LM1_STOP = 2,
    LM1_SET_RATE = 3,  /* u16 tenths of Hz */
    LM1_IDENTIFY = 4,
    LM1_SET_ROLE = 5,  /* u8 role, then the name in UTF-8 (none: unchanged) */
    LM1_GYRO_BIAS = 6,
    LM1_SLEEP = 7
};
enum lm1_status { LM1_OK = 0, LM1_UNKNOWN_OP = 1, LM1_BAD_ARGUMENT = 2, LM1_BUSY = 3 };

/* ---- Byte layouts (lm1_wire.c) ------------------------------------------------------------------------ */

/* One sample as it waits. counts: acc x y z, rate x y z (and flags in counts[6] for MOTION_FLAGS), or
 * quaternion w x y z, rate x y z. */
typedef struct {
    uint32_t t_us;
    uint16_t seq;
    int16_t counts[7];
} lm1_sample;

typedef struct {
    uint8_t role;
    uint16_t rate_tenths;
    float acc_scale_mps2; /* per count */
    float gyr_scale_radps;
    uint8_t serial[8];
    uint32_t capabilities;
} lm1_info;

typedef struct {
    uint8_t pattern; /* 0 off, 1 steady, 2 double, 3 pulses; others: steady */
    uint8_t strength;
    uint16_t ms;
} lm1_haptic;

/* Bytes of one sample; 0 for a kind that does not exist. */
size_t lm1_sample_bytes(uint8_t kind);
void lm1_put_header(uint8_t *out, uint8_t kind, uint8_t n, uint16_t seq, uint32_t t_us);
void lm1_put_sample(uint8_t *out, uint8_t kind, const lm1_sample *sample);
void lm1_put_info(uint8_t out[LM1_INFO_BYTES], const lm1_info *info);
void lm1_put_beacon(uint8_t out[LM1_BEACON_BYTES], uint32_t token, uint64_t t_us);
/* False unless the write is a token's 4 bytes. */
bool lm1_get_token(const uint8_t *in, size_t length, uint32_t *token);
bool lm1_get_haptic(const uint8_t *in, size_t length, lm1_haptic *haptic);

/* ---- Ring of samples (lm1_ring.c) --------------------------------------------------------------------- */

typedef struct {
    lm1_sample slots[LM1_RING_CAPACITY];
    uint16_t first;   /* oldest sample */
    uint16_t count;
    uint16_t limit;   /* 2 s at the present rate */
    uint16_t pending; /* oldest samples that are in the packet built last */
    uint32_t dropped; /* samples that were pushed out unsent, since power-on */
} lm1_ring;

void lm1_ring_init(lm1_ring *ring, uint16_t rate_tenths);
void lm1_ring_clear(lm1_ring *ring);
/* A full ring loses its oldest sample; the newcomer keeps its own number, so the host sees the gap. */
void lm1_ring_push(lm1_ring *ring, const lm1_sample *sample);
/* Samples that a packet can hold: the batch, or fewer where `room` is small; 0 if not even one fits. */
uint8_t lm1_batch_that_fits(uint8_t kind, uint8_t batch, size_t room);
/* Encodes up to `batch` of the oldest samples whose numbers follow each other, as many as fit `room` bytes.
 * Returns the packet's length, 0 if there is nothing to send. Nothing is removed until lm1_ring_sent(). */
size_t lm1_ring_packet(lm1_ring *ring, uint8_t kind, uint8_t batch, uint8_t *out, size_t room);
/* Whether a packet is due: a whole batch waits, or a shorter run that nothing can lengthen any more. */
bool lm1_ring_due(const lm1_ring *ring, uint8_t batch);
/* The radio has taken the packet built last. */
void lm1_ring_sent(lm1_ring *ring);

/* ---- Clock (lm1_clock.c) ------------------------------------------------------------------------------ */

/* Extends a 32-bit us counter that wraps (71.6 min) to 64 bits. Values may come a little out of order. */
typedef struct {
    uint64_t last_us;
} lm1_counter;

uint64_t lm1_counter_extend(lm1_counter *counter, uint32_t now_us);
/* Ticks of a 32.768 kHz counter in us, rounded down, exact for 17,000 years. */
uint64_t lm1_us_of_32k(uint64_t ticks);

/* Numbers and times of samples, from the time at which the chip's FIFO reached its watermark. */
typedef struct {
    uint64_t anchor_us;    /* time of sample anchor_index */
    uint32_t anchor_index;
    uint32_t next_index;   /* of the next sample out of the FIFO */
    uint64_t last_us;      /* time given to the newest sample */
    uint32_t period_q12;   /* measured sample period, us / 4096 */
    uint8_t measured;      /* blocks that the period is averaged over so far */
    bool anchored;
} lm1_clock;

typedef struct {
    uint32_t index;      /* of the first sample; its low 16 bits are the sequence number */
    uint64_t t_us;       /* of the first sample */
    uint32_t period_q12; /* between samples */
} lm1_block;

void lm1_clock_init(lm1_clock *clock, uint16_t rate_tenths);
/* A new nominal rate: the measured period is void, numbers and time go on. */
void lm1_clock_rate(lm1_clock *clock, uint16_t rate_tenths);
/* `n` samples were read from the FIFO. `latched_us`: when the FIFO reached `watermark` samples (the FIFO held
 * less before), or LM1_NO_LATCH if that moment was not caught. `fresh`: the FIFO was emptied or overran since
 * the last call, so samples are missing; how many, the time says. */
lm1_block lm1_clock_block(lm1_clock *clock, uint64_t latched_us, uint16_t watermark, uint16_t n, bool fresh);
/* Time of sample i of a block. */
uint64_t lm1_block_time(const lm1_block *block, uint16_t i);

/* ---- Control (lm1_control.c) -------------------------------------------------------------------------- */

enum lm1_state { LM1_ASLEEP = 0, LM1_ADVERTISING = 1, LM1_CONNECTED = 2, LM1_STREAMING = 3 };

/* What the board has to do now. */
enum lm1_effect {
    LM1_DO_ADVERTISE_FAST = 1 << 0, /* 100 ms */
    LM1_DO_ADVERTISE_SLOW = 1 << 1, /* 1 s */
    LM1_DO_SAMPLING_ON = 1 << 2,
    LM1_DO_SAMPLING_OFF = 1 << 3,
    LM1_DO_CLEAR_RING = 1 << 4,
    LM1_DO_RATE = 1 << 5,           /* reconfigure the chip to control.rate_tenths */
    LM1_DO_IDENTIFY = 1 << 6,
    LM1_DO_SAVE = 1 << 7,           /* role and name to flash */
    LM1_DO_GYRO_BIAS = 1 << 8,
    LM1_DO_SLEEP = 1 << 9           /* drop the link, power down, wake on movement */
};

typedef struct {
    const uint16_t *rates; /* tenths of Hz that the chip can do */
    uint8_t rate_count;
    uint8_t state;
    uint8_t kind;
    uint8_t batch;
    uint8_t role;
    bool sampling;
    bool slow;             /* advertising slowly */
    uint16_t rate_tenths;
    uint32_t capabilities;
    uint64_t since_us;     /* when the link was lost, or the device woke */
    char name[LM1_NAME_BYTES + 1];
} lm1_control;

void lm1_control_init(lm1_control *control, const lm1_info *info, const uint16_t *rates, uint8_t rate_count);
uint32_t lm1_control_wake(lm1_control *control, uint64_t now_us);
uint32_t lm1_control_connected(lm1_control *control);
uint32_t lm1_control_disconnected(lm1_control *control, uint64_t now_us);
/* To be called once a second. */
uint32_t lm1_control_tick(lm1_control *control, uint64_t now_us);
/* A write to the control characteristic; the answer is to be indicated. */
uint32_t lm1_control_write(lm1_control *control, const uint8_t *in, size_t length, uint8_t answer[LM1_ANSWER_BYTES]);

/* Duty of the motor (0 to 255) `elapsed_ms` after the cue came. */
uint8_t lm1_haptic_level(const lm1_haptic *haptic, uint32_t elapsed_ms);
/* Charge of one lithium-polymer cell by its voltage at rest, 0 to 100. */
uint8_t lm1_battery_percent(uint16_t millivolt);

/* ---- The whole device (lm1_device.c) ------------------------------------------------------------------ */

typedef struct {
    lm1_info info;
    lm1_ring ring;
    lm1_clock clock;
    lm1_control control;
} lm1_device;

/* `info.rate_tenths` must be one of `rates`, which must outlive the device. */
void lm1_device_init(lm1_device *device, const lm1_info *info, const uint16_t *rates, uint8_t rate_count);
/* Samples from the FIFO, 7 counts each; see lm1_clock_block(). They are kept only while streaming, but always
 * counted. */
void lm1_device_fifo(lm1_device *device, uint64_t latched_us, uint16_t watermark, bool fresh,
                     const int16_t (*counts)[7], uint16_t n);
/* As lm1_control_write(), and does what concerns ring, clock and info itself. */
uint32_t lm1_device_command(lm1_device *device, const uint8_t *in, size_t length, uint8_t answer[LM1_ANSWER_BYTES]);
uint32_t lm1_device_disconnected(lm1_device *device, uint64_t now_us);
uint32_t lm1_device_tick(lm1_device *device, uint64_t now_us);
/* Next packet if one is due (room = ATT MTU less 3), else 0; call lm1_device_sent() once the radio took it. */
size_t lm1_device_packet(lm1_device *device, uint8_t *out, size_t room);
void lm1_device_sent(lm1_device *device);

#endif
