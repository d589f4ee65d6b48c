package io.sluice.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows between modules and between the rooms of the engine, as drawn in {@code docs/ARCHITECTURE.md}. */
class ArchitectureTest {
    private static final String ENGINE = "io.sluice.engine";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar")) // the engine's test kit, once packaged
            .importPackages("io.sluice");

    /** Room by room, from the bottom up: what each may use. The root may use all; nothing may use the root. */
    private static final Map<String, Set<String>> ROOMS = new LinkedHashMap<>();

    static {
        ROOMS.put("error", Set.of());
        ROOMS.put("memory", Set.of("error"));
        ROOMS.put("schema", Set.of("error"));
        ROOMS.put("distance", Set.of("error"));
        ROOMS.put("store", Set.of("error"));
        ROOMS.put("catalog", Set.of("error", "schema"));
        ROOMS.put("access", Set.of("error", "schema", "catalog"));
        ROOMS.put("log", Set.of("error", "schema"));
        ROOMS.put("segment", Set.of("error", "memory", "schema", "store", "catalog"));
        ROOMS.put("index", Set.of("error", "memory", "schema", "distance", "catalog", "segment"));
        ROOMS.put("filter", Set.of("error", "schema", "segment", "index"));
        ROOMS.put("load", Set.of("error", "memory", "schema", "store", "catalog", "segment"));
        ROOMS.put(
                "collection",
                Set.of(
                        "error",
                        "memory",
                        "schema",
                        "distance",
                        "store",
                        "catalog",
                        "log",
                        "segment",
                        "filter",
                        "index",
                        "load"));
        ROOMS.put(
                "search", Set.of("error", "memory", "schema", "distance", "segment", "filter", "index", "collection"));
        ROOMS.put(
                "compaction",
                Set.of(
                        "error",
                        "memory",
                        "schema",
                        "distance",
                        "store",
                        "catalog",
                        "log",
                        "segment",
                        "index",
                        "load",
                        "collection"));
    }

    static Stream<String> rooms() {
        return ROOMS.keySet().stream();
    }

    private static String room(String name) {
        return ENGINE + "." + name + "..";
    }

    @Test
    void engine_outsideWorld_isJavaReactorAndALogger() {
        classes()
                .that()
                .resideInAPackage(ENGINE + "..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ENGINE + "..",
                        "java..",
                        "javax.crypto..",
                        "reactor.core..",
                        "reactor.util..",
                        "org.reactivestreams..",
                        "org.slf4j..",
                        "org.jspecify..",
                        "jdk.incubator.vector..")
                .because("the engine knows nobody: no Spring, no SQL, no HTTP, no JSON library")
                .check(CLASSES);
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void engineRoom_otherRooms_areThoseOfTheTable(String name) {
        List<String> allowed = new ArrayList<>(List.of(room(name)));
        ROOMS.getOrDefault(name, Set.of()).forEach(other -> allowed.add(room(other)));
        noClasses()
                .that()
                .resideInAPackage(room(name))
                .should()
                .dependOnClassesThat(
                        resideInAPackage(ENGINE + "..").and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
                .because("engine." + name + " may use " + ROOMS.get(name))
                .allowEmptyShould(true) // a room that is not built yet
                .check(CLASSES);
    }

    @Test
    void engineRooms_table_hasNoCycleAndNoUnknownRoom() {
        List<String> below = new ArrayList<>();
        ROOMS.forEach((name, uses) -> {
            assertThat(below).as("what engine.%s uses comes before it", name).containsAll(uses);
            below.add(name);
        });
        assertThat(CLASSES.stream()
                        .map(JavaClass::getPackageName)
                        .filter(name -> name.startsWith(ENGINE + "."))
                        .map(name -> name.substring(ENGINE.length() + 1).split("\\.")[0])
                        .distinct())
                .isSubsetOf(ROOMS.keySet());
    }

    @Test
    void faces_engine_isItsPublicRooms() {
        noClasses()
                .that()
                .resideInAPackage("io.sluice.api..")
                .should()
                .dependOnClassesThat(resideInAPackage(ENGINE + "..")
                        .and(not(resideInAnyPackage(
                                ENGINE, room("schema"), room("search"), room("load"), room("error")))))
                .because("the faces use the façade, never the rooms behind it")
                .check(CLASSES);
    }

    @Test
    void modules_arrows_pointDown() {
        noClasses()
                .that()
                .resideInAPackage("io.sluice.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.sluice.config..", "io.sluice.app..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.sluice.config..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.sluice.app..")
                .check(CLASSES);
    }

    @Test
    void arena_users_areTheMemoryRoom() {
        noClasses()
                .that(resideInAPackage("io.sluice..").and(not(resideInAPackage(room("memory")))))
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Arena")
                .because("engine.memory counts every off-heap byte")
                .check(CLASSES);
    }

    @Test
    void vectorApi_users_areTheDistanceRoom() {
        noClasses()
                .that(resideInAPackage("io.sluice..").and(not(resideInAPackage(room("distance")))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .because("the module may be missing; engine.distance has a scalar kernel for that")
                .check(CLASSES);
    }

    @Test
    void block_callers_areMain() {
        noClasses()
                .that()
                .haveNameNotMatching("io\\.sluice\\.app\\.Sluice|io\\.sluice\\.config\\.EngineLifecycle")
                .should()
                .accessTargetWhere(reactorMethod("block", "blockOptional", "blockFirst", "blockLast", "toIterable"))
                .because("compose; only tests and main may wait")
                .check(CLASSES);
    }

    @Test
    void subscribe_callers_areTheFewThatStartThings() {
        noClasses()
                .that()
                .haveNameNotMatching("io\\.sluice\\.engine\\.load\\.LoadJobs.*|io\\.sluice\\.config\\.EngineLifecycle"
                        + "|io\\.sluice\\.api\\.grpc\\.UnaryCalls.*")
                .should()
                .accessTargetWhere(reactorMethod("subscribe"))
                .because("return the Flux; whoever asked for it subscribes")
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaAccess<?>> reactorMethod(String... names) {
        return new DescribedPredicate<>("Mono or Flux " + List.of(names)) {
            @Override
            public boolean test(JavaAccess<?> access) {
                String owner = access.getTargetOwner().getName();
                return (owner.equals("reactor.core.publisher.Mono") || owner.equals("reactor.core.publisher.Flux"))
                        && List.of(names).contains(access.getTarget().getName());
            }
        };
    }
}
