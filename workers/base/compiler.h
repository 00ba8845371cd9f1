/* compiler.h - the two promises we ask the compiler to check. */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

/* The result says whether it worked: dropping it does not compile quietly. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Arguments are checked against the format string, as for printf(). */
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

#endif
