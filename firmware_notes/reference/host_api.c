/* What a host needs to drive the portable code through a shared library: sizes and fields, without a copy of
 * the structures' layout. Not part of a firmware. */
#include "lm1.h"

size_t host_device_bytes(void) { return sizeof(lm1_device); }
size_t host_ring_bytes(void) { return sizeof(lm1_ring); }
size_t host_clock_bytes(void) { return sizeof(lm1_clock); }

uint32_t host_dropped(const lm1_device *device) { return device->ring.dropped; }
uint32_t host_waiting(const lm1_device *device) { return device->ring.count; }
uint32_t host_state(const lm1_device *device) { return device->control.state; }
uint32_t host_sampling(const lm1_device *device) { return device->control.sampling; }
uint32_t host_rate_tenths(const lm1_device *device) { return device->control.rate_tenths; }
uint32_t host_next_index(const lm1_device *device) { return device->clock.next_index; }
uint32_t host_period_q12(const lm1_device *device) { return device->clock.period_q12; }
const char *host_name(const lm1_device *device) { return device->control.name; }
lm1_control *host_control(lm1_device *device) { return &device->control; }

void host_put_info(const lm1_device *device, uint8_t out[LM1_INFO_BYTES]) { lm1_put_info(out, &device->info); }

/* A data packet of n samples straight from counts; 0 where it does not fit. */
size_t host_encode(uint8_t kind, uint16_t seq, uint32_t t_us, const int16_t (*counts)[7], uint8_t n, uint8_t *out,
                   size_t room)
{
    const size_t size = lm1_sample_bytes(kind);
    if (size == 0 || n == 0 || room < LM1_HEADER_BYTES + n * size) {
        return 0;
    }
    lm1_put_header(out, kind, n, seq, t_us);
    for (uint8_t i = 0; i < n; i++) {
        lm1_sample sample = {0, 0, {0}};
        for (int k = 0; k < 7; k++) {
            sample.counts[k] = counts[i][k];
        }
        lm1_put_sample(out + LM1_HEADER_BYTES + i * size, kind, &sample);
    }
    return LM1_HEADER_BYTES + n * size;
}
