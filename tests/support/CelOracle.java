import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;

/**
 * Works out CEL expressions, one a line of the standard input, for the event of
 * expr_event.h, and answers as expr_main does: "value TEXT", "error" when it
 * cannot be worked out, "fault TEXT" when it does not compile.
 */
public final class CelOracle {
    private static final Map<String, Object> EVENT = Map.of(
        "id", "e-1",
        "source", "/test",
        "type", "test.done.v1",
        "time", Instant.parse("2025-10-08T12:34:56.789Z"),
        "data", Map.of(
            "user", "0x52908400098527886e0f7030069857d2e4169ee7",
            "count", 7L,
            "zero", 0L,
            "done", true,
            "label", "gr\u00fc\u00dfe",
            "day", "2026-02-28",
            "rating", "5.0",
            "at", Instant.parse("2026-03-29T00:30:00Z"),
            "tags", List.of(),
            "inner", Map.of("a", 3L)));

    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'");

    private CelOracle() {}

    /** As the program prints values. */
    private static String spell(Object value) {
        if (value instanceof Duration span)
            return BigDecimal.valueOf(span.getSeconds())
                .add(BigDecimal.valueOf(span.getNano(), 9))
                .stripTrailingZeros().toPlainString() + "s";
        if (value instanceof Instant time)
            return TIME.format(time.atOffset(ZoneOffset.UTC));
        return String.valueOf(value);
    }

    private static String answer(Cel cel, String text) {
        try {
            var ast = cel.compile(text).getAst();
            return "value " + spell(
                cel.createProgram(ast).eval(Map.of("event", EVENT)));
        } catch (CelValidationException e) {
            return "fault " + e.getMessage().replace('\n', ' ');
        } catch (CelEvaluationException e) {
            return "error " + e.getMessage().replace('\n', ' ');
        }
    }

    public static void main(String[] args) throws Exception {
        Cel cel = CelFactory.standardCelBuilder()
            .setOptions(CelOptions.current()
                .evaluateCanonicalTypesToNativeValues(true).build())
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("event", MapType.create(SimpleType.STRING, SimpleType.DYN))
            .build();
        var in = new BufferedReader(
            new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        in.lines().parallel().map(line -> answer(cel, line))
            .forEachOrdered(out::println);
        out.flush();
    }
}
