# Turns schemas/sql/NNNN_what.sql into a C table of migrations, so that the
# program carries its own database schema. Run by the Makefile.
BEGIN {
    print "/* Made from schemas/sql by embed.awk; do not edit. */"
    print "#include \"migration.h\"\n"
    print "const struct migration migrations[] = {"
}
FNR == 1 {
    if (NR > 1) print "    },"
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.sql$/, "", name)
    printf "    {.version = %d, .name = \"%s\", .sql =\n", \
        substr(name, 1, 4) + 0, substr(name, 6)
}
{
    gsub(/\\/, "\\\\")
    gsub(/"/, "\\\"")
    printf "        \"%s\\n\"\n", $0
}
END {
    if (NR) print "    },"
    print "};\n"
    print "const size_t migration_count = sizeof(migrations) / sizeof(*migrations);"
}
