/* Samples that wait for the radio. A fade of up to 2 s costs nothing; a longer one costs the oldest. */
#include "lm1.h"

static const lm1_sample *at(const lm1_ring *ring, uint16_t i)
{
    return &ring->slots[(uint32_t)(ring->first + i) % LM1_RING_CAPACITY];
}

static void remove_oldest(lm1_ring *ring, uint16_t n)
{
    ring->first = (uint16_t)((uint32_t)(ring->first + n) % LM1_RING_CAPACITY);
    ring->count = (uint16_t)(ring->count - n);
}

/* Samples from the oldest on whose numbers follow each other, at most `most`. */
static uint16_t run_length(const lm1_ring *ring, uint16_t most)
{
    uint16_t n = 0;
    while (n < most && n < ring->count && at(ring, n)->seq == (uint16_t)(at(ring, 0)->seq + n)) {
        n++;
    }
    return n;
}

void lm1_ring_init(lm1_ring *ring, uint16_t rate_tenths)
{
    const uint32_t wanted = ((uint32_t)rate_tenths * LM1_RING_SECONDS + 9u) / 10u;
    ring->limit = (uint16_t)(wanted < LM1_RING_CAPACITY ? wanted : LM1_RING_CAPACITY);
    ring->dropped = 0;
    lm1_ring_clear(ring);
}

void lm1_ring_clear(lm1_ring *ring)
{
    ring->first = 0;
    ring->count = 0;
    ring->pending = 0;
}

void lm1_ring_push(lm1_ring *ring, const lm1_sample *sample)
{
    if (ring->count >= ring->limit) {
        remove_oldest(ring, 1);
        ring->dropped++;
        if (ring->pending > 0) {
            ring->pending--;
        }
    }
    ring->slots[(uint32_t)(ring->first + ring->count) % LM1_RING_CAPACITY] = *sample;
    ring->count++;
}

uint8_t lm1_batch_that_fits(uint8_t kind, uint8_t batch, size_t room)
{
    const size_t size = lm1_sample_bytes(kind);
    if (size == 0 || room < LM1_HEADER_BYTES + size) {
        return 0;
    }
    const size_t fit = (room - LM1_HEADER_BYTES) / size;
    return fit < batch ? (uint8_t)fit : batch;
}

size_t lm1_ring_packet(lm1_ring *ring, uint8_t kind, uint8_t batch, uint8_t *out, size_t room)
{
    const size_t size = lm1_sample_bytes(kind);
    const uint16_t n = run_length(ring, lm1_batch_that_fits(kind, batch, room));
    ring->pending = 0;
    if (n == 0) {
        return 0;
    }
    lm1_put_header(out, kind, (uint8_t)n, at(ring, 0)->seq, at(ring, 0)->t_us);
    for (uint16_t i = 0; i < n; i++) {
        lm1_put_sample(out + LM1_HEADER_BYTES + i * size, kind, at(ring, i));
    }
    ring->pending = n;
    return LM1_HEADER_BYTES + n * size;
}

bool lm1_ring_due(const lm1_ring *ring, uint8_t batch)
{
    const uint16_t run = run_length(ring, batch);
    return run > 0 && (run == batch || run < ring->count);
}

void lm1_ring_sent(lm1_ring *ring)
{
    remove_oldest(ring, ring->pending);
    ring->pending = 0;
}
