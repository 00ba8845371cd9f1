/* xml_text.h - any text where XML or HTML takes one. */
#ifndef BASE_XML_TEXT_H
#define BASE_XML_TEXT_H

#include "buf.h"
#include "str.h"

/* Append well-formed UTF-8 so that it stands for itself, in an attribute as
 * well as between elements; characters that XML 1.0 does not know become
 * U+FFFD. */
void xml_add_text(struct buf *buf, struct str text);

#endif
