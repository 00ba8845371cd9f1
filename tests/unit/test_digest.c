/* test_digest.c - digests against the values of their standards, and text
 * written as JSON. */
#include "digest.h"

#include "json_text.h"
#include "unit.h"

START_TEST(sha256_is_that_of_fips_180)
{
    char hex[2 * SHA256_BYTES + 1];

    digest_sha256_hex(STR(""), hex);
    ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb924"
                          "27ae41e4649b934ca495991b7852b855");
    digest_sha256_hex(STR("abc"), hex);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223"
                          "b00361a396177a9cb410ff61f20015ad");
    digest_sha256_hex((struct str){0}, hex);
    ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb924"
                          "27ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(name_based_uuids_are_those_of_rfc_9562)
{
    /* The name space for DNS names, and the example of appendix A.4. */
    static const uint8_t dns[16] = {0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad,
                                    0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0,
                                    0x4f, 0xd4, 0x30, 0xc8};
    char text[UUID_TEXT + 1];

    digest_uuid5(dns, STR("www.example.com"), text);
    ck_assert_str_eq(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    digest_uuid5(dns, STR("www.example.com"), text);
    ck_assert_str_eq(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}
END_TEST

START_TEST(json_is_escaped_where_it_must_be)
{
    struct arena arena = {0};
    struct buf buf;

    buf_init(&buf, &arena);
    buf_add_char(&buf, '{');
    json_add_member(&buf, "a", STR("\"\\/\b\n\x1F\x7F\xC3\xBC"));
    json_add_member(&buf, "b", (struct str){0});
    buf_add_char(&buf, '}');
    ck_assert_str_eq(unit_text(&arena, buf_str(&buf)),
                     "{\"a\":\"\\\"\\\\/\\u0008\\u000a\\u001f\x7F\xC3\xBC\","
                     "\"b\":\"\"}");
    arena_free(&arena);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("digest", NULL, NULL, sha256_is_that_of_fips_180,
                    name_based_uuids_are_those_of_rfc_9562,
                    json_is_escaped_where_it_must_be);
}
