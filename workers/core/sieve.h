/* sieve.h - which rules of a type an event may be for, without asking each of
 * them: where the event's time stands among all times that rules start and end
 * at, and each field among all constants that conditions compare it with, says
 * which rules are left, as a row of bits; an event is for rules that are left
 * in all rows. (T. V. Lakshman and D. Stiliadis, "High-speed policy-based
 * packet forwarding using efficient multi-dimensional range matching", SIGCOMM
 * 1998.) */
#ifndef CORE_SIEVE_H
#define CORE_SIEVE_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "rule_parts.h"

struct sieve;

/* Of these forms of rules of one type, in the arena. */
struct sieve *sieve_make(struct arena *arena,
                         const struct rule_form *const *forms, size_t count);

/* Set the bits of the forms that may let the event pass, by their place, and
 * clear the others: mode, time or `when` of those does not, and asking them
 * could not fail. `open` has bits_words(count) words. */
void sieve_pass(const struct sieve *sieve, const struct event *event,
                uint64_t *open);

#endif
