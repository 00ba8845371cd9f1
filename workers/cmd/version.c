/* version.c - asks each library which version it is; besides the files that
 * work with them, the only one that sees their headers. */
#include "version.h"

#include <jansson.h>
#include <libpq-fe.h>
#include <librdkafka/rdkafka.h>
#include <openssl/crypto.h>
#include <yajl/yajl_version.h>
#include <yaml.h>

#include "migration.h"

void
version_print(FILE *out)
{
    int libpq = PQlibVersion();
    int yajl = yajl_version();

    fprintf(out, "reward %s\n", REWARD_VERSION);
    fprintf(out, "database schema %d\n",
            migrations[migration_count - 1].version);
    fprintf(out, "librdkafka %s\n", rd_kafka_version_str());
    fprintf(out, "libpq %d.%d\n", libpq / 10000, libpq % 10000);
    fprintf(out, "jansson %s\n", jansson_version_str());
    fprintf(out, "yajl %d.%d.%d\n", yajl / 10000, yajl / 100 % 100, yajl % 100);
    fprintf(out, "libyaml %s\n", yaml_get_version_string());
    fprintf(out, "libcrypto %s\n", OpenSSL_version(OPENSSL_VERSION_STRING));
}
