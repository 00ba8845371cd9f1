/* junit.h - test results as JUnit XML, in the elements that its readers share:
 * testsuites, testsuite, testcase, failure and error. It has no standard; the
 * attributes are those of Apache Ant's junitreport, with file and line as many
 * readers take them. */
#ifndef CMD_JUNIT_H
#define CMD_JUNIT_H

#include "arena.h"
#include "buf.h"
#include "compiler.h"
#include "diag.h"
#include "err.h"
#include "rule_test.h"

struct junit {
    struct buf suites;
    size_t tests;
    size_t failures;
    size_t errors;
};

void junit_init(struct junit *junit, struct arena *arena);

/* The tests of a rule file; faults of the file itself are errors. */
void junit_add(struct junit *junit, const char *file,
               const struct rule_test_report *report,
               const struct diag_list *diags);

/* Replaces the file at path. ERR_CONFIG when it cannot be written. */
MUST_CHECK bool junit_write(const struct junit *junit, const char *path,
                            struct err *err);

#endif
