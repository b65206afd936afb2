/* Device time, and which sample was taken when.
 *
 * The chip samples by its own oscillator, which is off by per cents; the device's crystal is off by parts per
 * million. So the period is measured: the FIFO's watermark rises with a sample of known number, and the time
 * of that moment, taken by the interrupt, ties number to time.
 */
#include "lm1.h"

#define Q12 4096u
#define SETTLED 16 /* blocks: the mean of the first ones, then a time constant of so many */

uint64_t lm1_counter_extend(lm1_counter *counter, uint32_t now_us)
{
    const uint32_t forward = now_us - (uint32_t)(counter->last_us & UINT32_MAX);
    if (forward < UINT32_C(0x80000000)) {
        counter->last_us += forward;
        return counter->last_us;
    }
    const uint32_t back = (uint32_t)0 - forward; /* read before the newest, by an interrupt */
    return counter->last_us < back ? 0 : counter->last_us - back;
}

uint64_t lm1_us_of_32k(uint64_t ticks)
{
    return ticks / 512u * 15625u + ticks % 512u * 15625u / 512u;
}

static uint32_t nominal_q12(uint16_t rate_tenths)
{
    return (uint32_t)(UINT64_C(10000000) * Q12 / rate_tenths);
}

static uint64_t span_us(uint32_t samples, uint32_t period_q12)
{
    return ((uint64_t)samples * period_q12 + Q12 / 2u) / Q12;
}

void lm1_clock_init(lm1_clock *clock, uint16_t rate_tenths)
{
    clock->anchor_us = 0;
    clock->anchor_index = 0;
    clock->next_index = 0;
    clock->last_us = 0;
    clock->anchored = false;
    clock->measured = 0;
    clock->period_q12 = nominal_q12(rate_tenths);
}

void lm1_clock_rate(lm1_clock *clock, uint16_t rate_tenths)
{
    clock->measured = 0;
    clock->period_q12 = nominal_q12(rate_tenths);
}

/* Number of the sample that reached the watermark, where samples are missing: from the time that passed. */
static uint32_t index_by_time(const lm1_clock *clock, uint64_t latched_us, uint32_t at_least)
{
    if (!clock->anchored || latched_us <= clock->anchor_us) {
        return at_least;
    }
    const uint64_t passed = (latched_us - clock->anchor_us) * Q12 + clock->period_q12 / 2u;
    const uint32_t index = clock->anchor_index + (uint32_t)(passed / clock->period_q12);
    return index - at_least < UINT32_C(0x80000000) ? index : at_least; /* numbers never go back */
}

static void measure_period(lm1_clock *clock, uint64_t latched_us, uint32_t index)
{
    const uint32_t samples = index - clock->anchor_index;
    if (!clock->anchored || samples == 0 || samples > 10000u || latched_us <= clock->anchor_us) {
        return;
    }
    const int64_t measured = (int64_t)((latched_us - clock->anchor_us) * Q12 / samples);
    const int64_t off = measured - (int64_t)clock->period_q12;
    const int64_t most = (int64_t)(clock->period_q12 / 8u);
    if (off < most && off > -most) { /* beyond an eighth it is a late interrupt, not a period */
        clock->measured = (uint8_t)(clock->measured < SETTLED ? clock->measured + 1 : SETTLED);
        clock->period_q12 = (uint32_t)((int64_t)clock->period_q12 + off / clock->measured);
    }
}

/* Time of a sample before or after the anchor. */
static uint64_t time_of(const lm1_clock *clock, uint32_t index)
{
    const uint32_t ahead = index - clock->anchor_index;
    if (ahead < UINT32_C(0x80000000)) {
        return clock->anchor_us + span_us(ahead, clock->period_q12);
    }
    const uint64_t back = span_us((uint32_t)0 - ahead, clock->period_q12);
    return clock->anchor_us < back ? 0 : clock->anchor_us - back;
}

lm1_block lm1_clock_block(lm1_clock *clock, uint64_t latched_us, uint16_t watermark, uint16_t n, bool fresh)
{
    if (latched_us != LM1_NO_LATCH) {
        uint32_t index = clock->next_index + watermark - 1u;
        if (fresh) {
            index = index_by_time(clock, latched_us, index);
            clock->next_index = index - (watermark - 1u);
        } else {
            measure_period(clock, latched_us, index);
        }
        clock->anchor_us = latched_us;
        clock->anchor_index = index;
        clock->anchored = true;
    }
    lm1_block block = {clock->next_index, time_of(clock, clock->next_index), clock->period_q12};
    if (clock->next_index != 0 && block.t_us <= clock->last_us) {
        block.t_us = clock->last_us + 1u; /* a late interrupt must not turn time back */
    }
    if (n > 0) {
        clock->next_index += n;
        clock->last_us = lm1_block_time(&block, (uint16_t)(n - 1u));
    }
    return block;
}

uint64_t lm1_block_time(const lm1_block *block, uint16_t i)
{
    return block->t_us + span_us(i, block->period_q12);
}
