/* test_hex.c - hexadecimal digits. */
#include "hex.h"

#include <string.h>

#include "unit.h"

static const unsigned char bytes[UUID_BYTES] = {
    0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD,
    0xEF, 0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xFF};

static void
set_up(void)
{
}

static void
tear_down(void)
{
}

START_TEST(bytes_become_digits)
{
    char text[2 * UUID_BYTES + 1] = {0};

    hex_write(text, bytes, UUID_BYTES);
    ck_assert_str_eq(text, "000123456789abcdef1032547698baff");
}
END_TEST

START_TEST(nothing_is_written_of_no_bytes)
{
    char text[] = "as it was";

    hex_write(text, bytes, 0);
    ck_assert_str_eq(text, "as it was");
}
END_TEST

START_TEST(digits_become_bytes)
{
    unsigned char read[UUID_BYTES];

    hex_read(read, "000123456789abcdef1032547698baff", UUID_BYTES);
    ck_assert_mem_eq(read, bytes, UUID_BYTES);
}
END_TEST

START_TEST(a_uuid_has_groups)
{
    char text[UUID_TEXT + 1];

    hex_uuid(text, bytes);
    ck_assert_str_eq(text, "00012345-6789-abcd-ef10-32547698baff");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("hex", set_up, tear_down, bytes_become_digits,
                    nothing_is_written_of_no_bytes, digits_become_bytes,
                    a_uuid_has_groups);
}
