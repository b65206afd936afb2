/* Byte layouts of LM-1: little-endian, written byte by byte so that the processor's order does not matter. */
#include "lm1.h"

#include <string.h>

typedef char lm1_float_is_32_bits[sizeof(float) == 4 ? 1 : -1];

static void put16(uint8_t *out, uint16_t value)
{
    out[0] = (uint8_t)(value & 0xFFu);
    out[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *out, uint32_t value)
{
    put16(out, (uint16_t)(value & 0xFFFFu));
    put16(out + 2, (uint16_t)(value >> 16));
}

static void put_float(uint8_t *out, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put32(out, bits);
}

size_t lm1_sample_bytes(uint8_t kind)
{
    switch (kind) {
    case LM1_MOTION:
        return 12;
    case LM1_ORIENTATION:
        return 14;
    case LM1_MOTION_FLAGS:
        return 13;
    default:
        return 0;
    }
}

void lm1_put_header(uint8_t *out, uint8_t kind, uint8_t n, uint16_t seq, uint32_t t_us)
{
    out[0] = (uint8_t)(LM1_VERSION << 4 | kind);
    out[1] = n;
    put16(out + 2, seq);
    put32(out + 4, t_us);
}

void lm1_put_sample(uint8_t *out, uint8_t kind, const lm1_sample *sample)
{
    const size_t words = kind == LM1_ORIENTATION ? 7 : 6;
    for (size_t i = 0; i < words; i++) {
        put16(out + 2 * i, (uint16_t)sample->counts[i]);
    }
    if (kind == LM1_MOTION_FLAGS) {
        out[12] = (uint8_t)((uint16_t)sample->counts[6] & 0xFFu);
    }
}

void lm1_put_info(uint8_t out[LM1_INFO_BYTES], const lm1_info *info)
{
    out[0] = LM1_VERSION;
    out[1] = info->role;
    put16(out + 2, info->rate_tenths);
    put_float(out + 4, info->acc_scale_mps2);
    put_float(out + 8, info->gyr_scale_radps);
    memcpy(out + 12, info->serial, sizeof info->serial);
    put32(out + 20, info->capabilities);
}

void lm1_put_beacon(uint8_t out[LM1_BEACON_BYTES], uint32_t token, uint64_t t_us)
{
    put32(out, token);
    put32(out + 4, (uint32_t)(t_us & UINT32_MAX));
    put32(out + 8, (uint32_t)(t_us >> 32));
}

bool lm1_get_token(const uint8_t *in, size_t length, uint32_t *token)
{
    if (length != 4) {
        return false;
    }
    *token = (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
    return true;
}

bool lm1_get_haptic(const uint8_t *in, size_t length, lm1_haptic *haptic)
{
    if (length != 4) {
        return false;
    }
    haptic->pattern = in[0];
    haptic->strength = in[1];
    haptic->ms = (uint16_t)(in[2] | in[3] << 8);
    return true;
}
