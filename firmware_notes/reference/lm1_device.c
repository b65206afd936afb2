/* Ring, clock and control as one device. */
#include "lm1.h"

#include <string.h>

void lm1_device_init(lm1_device *device, const lm1_info *info, const uint16_t *rates, uint8_t rate_count)
{
    device->info = *info;
    lm1_ring_init(&device->ring, info->rate_tenths);
    lm1_clock_init(&device->clock, info->rate_tenths);
    lm1_control_init(&device->control, info, rates, rate_count);
}

void lm1_device_fifo(lm1_device *device, uint64_t latched_us, uint16_t watermark, bool fresh,
                     const int16_t (*counts)[7], uint16_t n)
{
    const lm1_block block = lm1_clock_block(&device->clock, latched_us, watermark, n, fresh);
    if (device->control.state != LM1_STREAMING) {
        return;
    }
    for (uint16_t i = 0; i < n; i++) {
        lm1_sample sample;
        sample.t_us = (uint32_t)(lm1_block_time(&block, i) & UINT32_MAX);
        sample.seq = (uint16_t)((block.index + i) & 0xFFFFu);
        memcpy(sample.counts, counts[i], sizeof sample.counts);
        lm1_ring_push(&device->ring, &sample);
    }
}

static void follow(lm1_device *device, uint32_t effects)
{
    if (effects & LM1_DO_CLEAR_RING) {
        lm1_ring_clear(&device->ring);
    }
    if (effects & LM1_DO_RATE) {
        const uint32_t dropped = device->ring.dropped;
        lm1_ring_init(&device->ring, device->control.rate_tenths);
        device->ring.dropped = dropped;
        lm1_clock_rate(&device->clock, device->control.rate_tenths);
        device->info.rate_tenths = device->control.rate_tenths;
    }
    device->info.role = device->control.role;
}

uint32_t lm1_device_command(lm1_device *device, const uint8_t *in, size_t length, uint8_t answer[LM1_ANSWER_BYTES])
{
    const uint32_t effects = lm1_control_write(&device->control, in, length, answer);
    follow(device, effects);
    return effects;
}

uint32_t lm1_device_disconnected(lm1_device *device, uint64_t now_us)
{
    const uint32_t effects = lm1_control_disconnected(&device->control, now_us);
    follow(device, effects);
    return effects;
}

uint32_t lm1_device_tick(lm1_device *device, uint64_t now_us)
{
    const uint32_t effects = lm1_control_tick(&device->control, now_us);
    follow(device, effects);
    return effects;
}

size_t lm1_device_packet(lm1_device *device, uint8_t *out, size_t room)
{
    const lm1_control *control = &device->control;
    const uint8_t batch = lm1_batch_that_fits(control->kind, control->batch, room);
    if (control->state != LM1_STREAMING || batch == 0 || !lm1_ring_due(&device->ring, batch)) {
        return 0;
    }
    return lm1_ring_packet(&device->ring, control->kind, batch, out, room);
}

void lm1_device_sent(lm1_device *device)
{
    lm1_ring_sent(&device->ring);
}
