package io.sluice.app;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a reader of the text can see: words that are banned in a place, with what to use instead. Stateless.
 *
 * <p>Rules about who may call or import what are in {@code ArchitectureTest}, which reads class files; bans that hold
 * for both are here only when the text says more than the class file.
 */
final class Tidy {
    /**
     * @param folder the start of a file's name; empty = everywhere
     * @param part a part of a file's name that must be there, such as {@code /src/main/}
     * @param exceptions files, without folder and ending, that may
     */
    private record Ban(String folder, String part, String word, String instead, List<String> exceptions) {
        Ban except(String... files) {
            return new Ban(folder, part, word, instead, List.of(files));
        }

        boolean covers(String file) {
            String stem = file.substring(file.lastIndexOf('/') + 1).replace(".java", "");
            return file.startsWith(folder) && file.contains(part) && !exceptions.contains(stem);
        }
    }

    private static final String MAIN = "/src/main/";
    private static final String TEST = "/src/test/";
    private static final String PACKAGE_INFO = "/package-info.java";

    private static final List<Ban> BANS = List.of(
            ban("engine/", MAIN, "Arena.of", "MemoryBudget, the only way to off-heap memory")
                    .except("Mapping"),
            ban("engine/", MAIN, "org.springframework", "an option record; config/ does the wiring"),
            ban("engine/", MAIN, "jackson", "a record; JSON is read and written at the edge"),
            ban("engine/", MAIN, "r2dbc", "the Catalog port; its adapter is in config/"),
            ban("engine/", MAIN, "io.netty", "a Flux; the wire is in reactive-api/"),
            ban("", MAIN, "import jdk.incubator.vector", "the kernels of engine.distance")
                    .except("PanamaKernels"),
            ban("engine/", MAIN, ".subscribe(", "return the Flux; LoadJobs is the one place that subscribes")
                    .except("LoadJobs"),
            ban("reactive-api/", MAIN, ".subscribe(", "return the Mono to WebFlux or to UnaryCalls, which subscribe")
                    .except("UnaryCalls"),
            ban("config/", MAIN, ".subscribe(", "return the Mono; EngineLifecycle starts the engine")
                    .except("EngineLifecycle"),
            ban("engine/", MAIN, "System.out", "the logger"),
            ban("reactive-api/", MAIN, "System.out", "the logger"),
            ban("config/", MAIN, "System.out", "the logger"),
            ban("app/", MAIN, "System.out", "the logger").except("Sluice"),
            ban("engine/", MAIN, "System.err", "the logger"),
            ban("reactive-api/", MAIN, "System.err", "the logger"),
            ban("config/", MAIN, "System.err", "the logger"),
            ban("app/", MAIN, "System.err", "the logger").except("Sluice", "StartFailureReporter"),
            ban("", MAIN, "printStackTrace", "the logger, with the exception as its last argument"),
            ban("engine/", MAIN, "System.exit", "an exception"),
            ban("reactive-api/", MAIN, "System.exit", "an exception"),
            ban("config/", MAIN, "System.exit", "StartRefused"),
            ban("", MAIN, "new UnsupportedOperationException", "an implementation, or an EngineException"),
            ban("", MAIN, "ThreadLocal<", "a parameter, or the Reactor context"),
            ban("", MAIN, "import lombok", "a record"),
            ban("", TEST, "Thread.sleep", "a latch, a future or virtual time; no test waits for time to pass"),
            ban("", TEST, "@Disabled", "a test that runs, or none"),
            ban("", TEST, "Mockito", "a fake that keeps the contract"));

    private static final String UNFINISHED = "TO" + "DO";
    private static final String BROKEN = "FIX" + "ME";
    private static final Pattern VAGUE_NAME =
            Pattern.compile(".*/\\w*(Impl|Helper|Helpers|Util|Utils|Manager|Service|DTO|Dto)\\.java");
    private static final Pattern PACKAGE_COMMENT = Pattern.compile(
            "\\A/\\*\\*\\s+\\*? ?[A-Z{].*?\\.(\\s|\\n).*?\\*/\\s*@NullMarked\\s+package ", Pattern.DOTALL);

    private Tidy() {}

    private static Ban ban(String folder, String part, String word, String instead) {
        return new Ban(folder, part, word, instead, List.of());
    }

    /**
     * What is wrong with a file, one sentence each.
     *
     * @param name with forward slashes, from the root
     */
    static List<String> complaints(String name, String text) {
        List<String> complaints = new ArrayList<>();
        if (text.contains(UNFINISHED) || text.contains(BROKEN)) {
            complaints.add(name + ": something is left to do. Do it, or write an issue");
        }
        if (text.indexOf('\t') >= 0) {
            complaints.add(name + ": a tab is banned, use four spaces");
        }
        if (text.indexOf('\r') >= 0) {
            complaints.add(name + ": a carriage return is banned, end lines with a line feed");
        }
        if (!text.isEmpty() && !text.endsWith("\n")) {
            complaints.add(name + ": the last line has no end, add a line feed");
        }
        if (name.endsWith(".java")) {
            complainOfJava(name, text, complaints);
        }
        return complaints;
    }

    private static void complainOfJava(String name, String text, List<String> complaints) {
        String code = codeOf(text);
        for (Ban ban : BANS) {
            if (ban.covers(name) && code.contains(ban.word())) {
                complaints.add(name + ": '" + ban.word() + "' is banned here, use " + ban.instead());
            }
        }
        if (VAGUE_NAME.matcher(name).matches()) {
            complaints.add(name + ": the name says nothing, call it what it is");
        }
        if (name.contains("/util/") || name.contains("/utils/")) {
            complaints.add(name + ": a package 'util' is banned, put it into the room that uses it");
        }
        if (name.endsWith(PACKAGE_INFO)
                && name.contains(MAIN)
                && !PACKAGE_COMMENT.matcher(text).find()) {
            complaints.add(name + ": a package says in a sentence what it is, and is @NullMarked");
        }
    }

    /** The text without comments and literals. */
    static String codeOf(String text) {
        StringBuilder code = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            int end = endOfNoCode(text, i);
            if (end == i) {
                code.append(text.charAt(i++));
            } else {
                i = end;
            }
        }
        return code.toString();
    }

    /** Where the comment or literal ends that starts here; here, when none does. */
    static int endOfNoCode(String text, int start) {
        if (text.startsWith("//", start)) {
            return endOr(text, "\n", start);
        }
        if (text.startsWith("/*", start)) {
            return Math.min(endOr(text, "*/", start + 2) + 2, text.length());
        }
        if (text.startsWith("\"\"\"", start)) {
            return Math.min(endOr(text, "\"\"\"", start + 3) + 3, text.length());
        }
        char first = text.charAt(start);
        return first == '"' || first == '\'' ? endOfLiteral(text, start) : start;
    }

    private static int endOr(String text, String end, int from) {
        int at = text.indexOf(end, from);
        return at < 0 ? text.length() : at;
    }

    private static int endOfLiteral(String text, int start) {
        int i = start + 1;
        while (i < text.length() && text.charAt(i) != text.charAt(start)) {
            i += text.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(i + 1, text.length());
    }
}
