/* coverage_page.h - rule files with what tests have seen of each line, as one
 * page of HTML that needs nothing else: no script, no network. It is
 * well-formed XML, too. */
#ifndef CMD_COVERAGE_PAGE_H
#define CMD_COVERAGE_PAGE_H

#include "buf.h"
#include "coverage.h"

void coverage_page_begin(struct buf *page);

/* Append a rule file: its lines with their marks, and what was never seen. */
void coverage_page_add(struct buf *page, const char *file,
                       const struct coverage *coverage);

void coverage_page_end(struct buf *page);

#endif
