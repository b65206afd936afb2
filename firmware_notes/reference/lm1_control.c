/* What the device does when: commands, link, advertising, sleep. State in, effects out; the board does them. */
#include "lm1.h"

#include <string.h>

static uint32_t set_sampling(lm1_control *control, bool on)
{
    if (control->sampling == on) {
        return 0;
    }
    control->sampling = on;
    return on ? LM1_DO_SAMPLING_ON : LM1_DO_SAMPLING_OFF;
}

static bool known_rate(const lm1_control *control, uint16_t tenths)
{
    for (uint8_t i = 0; i < control->rate_count; i++) {
        if (control->rates[i] == tenths) {
            return true;
        }
    }
    return false;
}

void lm1_control_init(lm1_control *control, const lm1_info *info, const uint16_t *rates, uint8_t rate_count)
{
    memset(control, 0, sizeof *control);
    control->rates = rates;
    control->rate_count = rate_count;
    control->state = LM1_ASLEEP;
    control->kind = LM1_MOTION;
    control->batch = 2;
    control->role = info->role;
    control->rate_tenths = info->rate_tenths;
    control->capabilities = info->capabilities;
}

static uint32_t advertise(lm1_control *control, uint64_t now_us)
{
    control->state = LM1_ADVERTISING;
    control->slow = false;
    control->since_us = now_us;
    return LM1_DO_ADVERTISE_FAST;
}

static uint32_t go_to_sleep(lm1_control *control)
{
    control->state = LM1_ASLEEP;
    return set_sampling(control, false) | LM1_DO_CLEAR_RING | LM1_DO_SLEEP;
}

uint32_t lm1_control_wake(lm1_control *control, uint64_t now_us)
{
    return control->state == LM1_ASLEEP ? advertise(control, now_us) : 0;
}

uint32_t lm1_control_connected(lm1_control *control)
{
    if (control->state == LM1_ASLEEP) {
        return 0;
    }
    control->state = LM1_CONNECTED;
    return set_sampling(control, true); /* before the start command: the gyroscope needs 70 ms to settle */
}

uint32_t lm1_control_disconnected(lm1_control *control, uint64_t now_us)
{
    if (control->state != LM1_CONNECTED && control->state != LM1_STREAMING) {
        return 0;
    }
    return advertise(control, now_us) | LM1_DO_CLEAR_RING;
}

uint32_t lm1_control_tick(lm1_control *control, uint64_t now_us)
{
    uint32_t effects = 0;
    if (control->state != LM1_ADVERTISING || now_us < control->since_us) {
        return 0;
    }
    const uint64_t waiting_us = now_us - control->since_us;
    if (waiting_us >= LM1_IDLE_US) {
        return go_to_sleep(control);
    }
    if (waiting_us >= LM1_LINGER_US) {
        effects |= set_sampling(control, false);
    }
    if (waiting_us >= LM1_FAST_ADVERTISING_US && !control->slow) {
        control->slow = true;
        effects |= LM1_DO_ADVERTISE_SLOW;
    }
    return effects;
}

static uint8_t start(lm1_control *control, const uint8_t *arguments, size_t length, uint32_t *effects)
{
    if (length < 2 || lm1_sample_bytes(arguments[0]) == 0) {
        return LM1_BAD_ARGUMENT;
    }
    if (arguments[0] == LM1_ORIENTATION && !(control->capabilities & LM1_HAS_QUATERNION)) {
        return LM1_BAD_ARGUMENT;
    }
    if (arguments[1] < 1 || arguments[1] > LM1_MAX_BATCH) {
        return LM1_BAD_ARGUMENT;
    }
    control->kind = arguments[0];
    control->batch = arguments[1];
    control->state = LM1_STREAMING;
    *effects = set_sampling(control, true) | LM1_DO_CLEAR_RING; /* what waited from before is old */
    return LM1_OK;
}

static uint8_t stop(lm1_control *control, uint32_t *effects)
{
    if (control->state == LM1_STREAMING) {
        control->state = LM1_CONNECTED;
    }
    *effects = LM1_DO_CLEAR_RING;
    return LM1_OK;
}

static uint8_t set_rate(lm1_control *control, const uint8_t *arguments, size_t length, uint32_t *effects)
{
    if (length < 2) {
        return LM1_BAD_ARGUMENT;
    }
    const uint16_t tenths = (uint16_t)(arguments[0] | arguments[1] << 8);
    if (!known_rate(control, tenths)) {
        return LM1_BAD_ARGUMENT;
    }
    if (control->state == LM1_STREAMING) {
        return LM1_BUSY;
    }
    control->rate_tenths = tenths;
    *effects = LM1_DO_RATE;
    return LM1_OK;
}

static uint8_t set_role(lm1_control *control, const uint8_t *arguments, size_t length, uint32_t *effects)
{
    if (length < 1 || arguments[0] > LM1_L1 || length - 1 > LM1_NAME_BYTES) {
        return LM1_BAD_ARGUMENT;
    }
    for (size_t i = 1; i < length; i++) {
        if (arguments[i] < 0x20) {
            return LM1_BAD_ARGUMENT; /* no control characters in an advertised name */
        }
    }
    control->role = arguments[0];
    if (length > 1) {
        memcpy(control->name, arguments + 1, length - 1);
        control->name[length - 1] = '\0';
    }
    *effects = LM1_DO_SAVE;
    return LM1_OK;
}

static uint8_t obey(lm1_control *control, const uint8_t *in, size_t length, uint32_t *effects)
{
    const uint8_t *arguments = in + 1;
    const size_t count = length - 1;
    switch (in[0]) {
    case LM1_START:
        return start(control, arguments, count, effects);
    case LM1_STOP:
        return stop(control, effects);
    case LM1_SET_RATE:
        return set_rate(control, arguments, count, effects);
    case LM1_IDENTIFY:
        *effects = LM1_DO_IDENTIFY;
        return LM1_OK;
    case LM1_SET_ROLE:
        return set_role(control, arguments, count, effects);
    case LM1_GYRO_BIAS:
        if (control->state == LM1_STREAMING) {
            return LM1_BUSY; /* it would put a step into the stream */
        }
        *effects = LM1_DO_GYRO_BIAS;
        return LM1_OK;
    case LM1_SLEEP:
        *effects = go_to_sleep(control);
        return LM1_OK;
    default:
        return LM1_UNKNOWN_OP;
    }
}

uint32_t lm1_control_write(lm1_control *control, const uint8_t *in, size_t length, uint8_t answer[LM1_ANSWER_BYTES])
{
    uint32_t effects = 0;
    answer[0] = 0;
    answer[1] = LM1_UNKNOWN_OP;
    if (length > 0) {
        answer[0] = in[0];
        answer[1] = control->state < LM1_CONNECTED ? (uint8_t)LM1_BUSY : obey(control, in, length, &effects);
    }
    return effects;
}

uint8_t lm1_haptic_level(const lm1_haptic *haptic, uint32_t elapsed_ms)
{
    const uint32_t whole = haptic->ms < LM1_HAPTIC_LONGEST_MS ? haptic->ms : LM1_HAPTIC_LONGEST_MS;
    bool on = haptic->pattern != 0 && elapsed_ms < whole;
    if (on && haptic->pattern == 2) { /* two fifths on, one off, two on */
        const uint32_t fifths = elapsed_ms * 5u / whole;
        on = fifths != 2;
    } else if (on && haptic->pattern == 3) {
        on = elapsed_ms / 60u % 2u == 0;
    }
    return on ? haptic->strength : 0;
}

uint8_t lm1_battery_percent(uint16_t millivolt)
{
    static const uint16_t volts[] = {3300, 3600, 3700, 3750, 3790, 3830, 3870, 3920, 3980, 4060, 4150};
    uint8_t i = 0;
    while (i < 11 && millivolt > volts[i]) {
        i++;
    }
    if (i == 0 || i == 11) {
        return i == 0 ? 0 : 100;
    }
    const uint32_t part = (uint32_t)(millivolt - volts[i - 1]) * 10u / (uint32_t)(volts[i] - volts[i - 1]);
    return (uint8_t)((i - 1u) * 10u + part);
}
