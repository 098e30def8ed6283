/*
 * tests/bench/speech.h - what a trade team says, invented: half of it Chinese.
 *
 * The same seed says the same.
 */
#ifndef LIUDI_TESTS_BENCH_SPEECH_H
#define LIUDI_TESTS_BENCH_SPEECH_H

#include <stdint.h>

#include "base/buf.h"

#define SPEECH_RARE 70001	/* the message with the rare number */

struct speech {
	uint64_t noise;
};

static inline uint32_t
speech_roll(struct speech *s, uint32_t n)
{
	s->noise = s->noise * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((s->noise >> 33) % n);
}

/* Message I into the cleared B: a few words, the frequent ones more often. */
void speech_say(struct speech *s, struct buf *b, uint64_t i, struct err *e);

#endif
