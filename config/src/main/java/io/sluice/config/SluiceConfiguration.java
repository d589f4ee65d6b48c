package io.sluice.config;

import io.sluice.api.ApiOptions;
import io.sluice.api.grpc.GrpcOptions;
import io.sluice.api.grpc.MilvusGrpc;
import io.sluice.api.nativehttp.NativeHttpOptions;
import io.sluice.api.nativehttp.NativeRoutes;
import io.sluice.api.rest.RestRoutes;
import io.sluice.config.catalog.R2dbcCatalog;
import io.sluice.config.grpc.GrpcServer;
import io.sluice.engine.VectorEngine;
import io.sluice.engine.catalog.Catalog;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.server.reactive.ReactiveWebServerFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/**
 * The beans of the server, each by hand: no auto-configuration, no scanning.
 *
 * <p>Settings are read and the data folder is locked before anything else, so that a start that cannot succeed ends at
 * once and leaves nothing behind.
 */
public final class SluiceConfiguration implements ApplicationContextInitializer<GenericApplicationContext> {
    private static final Logger LOG = LoggerFactory.getLogger(SluiceConfiguration.class);
    private static final int JSON_THREADS = 4;
    private static final int JSON_QUEUE = 10_000;

    private final Function<Settings, Mono<Serving>> opener;

    /** The real server. */
    public SluiceConfiguration() {
        this(SluiceConfiguration::open);
    }

    /** @param opener opens what serves, on the locked data folder */
    SluiceConfiguration(Function<Settings, Mono<Serving>> opener) {
        this.opener = opener;
    }

    @Override
    public void initialize(GenericApplicationContext context) {
        Settings settings = Settings.of(context.getEnvironment());
        for (String variable : settings.ignoredVariables()) {
            LOG.info("ignored {}: it looks like a variable that a cluster injects for a service", variable);
        }
        context.registerBean(Settings.class, () -> settings);
        context.registerBean(DataFolderLock.class, () -> DataFolderLock.take(settings.dataFolder()));
        context.registerBean(EngineLifecycle.class, () -> {
            context.getBean(DataFolderLock.class); // held before H2 opens its file, given back after it is closed
            return new EngineLifecycle(opener.apply(settings));
        });
        context.registerBean(OpenStreams.class, OpenStreams::new);
        context.registerBean(
                HttpHandler.class,
                () -> httpHandler(
                        settings, context.getBean(EngineLifecycle.class), context.getBean(OpenStreams.class)));
        context.registerBean(GrpcServer.class, () -> grpcServer(settings, context.getBean(EngineLifecycle.class)));
        context.registerBean(
                LoopResources.class,
                () -> LoopResources.create("http", eventLoops(), true),
                definition -> definition.setDestroyMethodName("dispose"));
        context.registerBean(
                ReactiveWebServerFactory.class,
                () -> webServer(settings, context.getBean(GrpcServer.class), context.getBean(LoopResources.class)));
        context.registerBean(
                AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME,
                DefaultLifecycleProcessor.class,
                () -> lifecycleProcessor(settings));
    }

    private static Mono<Serving> open(Settings settings) {
        return R2dbcCatalog.open(settings.dataFolder().resolve("catalog")).flatMap(catalog -> open(settings, catalog));
    }

    private static Mono<Serving> open(Settings settings, Catalog catalog) {
        return VectorEngine.open(settings.engineOptions(), catalog)
                .map(engine -> serving(settings, engine))
                .onErrorResume(failure -> catalog.close().then(Mono.error(failure)));
    }

    private static Serving serving(Settings settings, VectorEngine engine) {
        Scheduler json = Schedulers.newBoundedElastic(JSON_THREADS, JSON_QUEUE, "json", 60, true);
        ApiOptions options = new ApiOptions(
                settings.maxBodyBytes(),
                settings.maxBodyBytesInFlight(),
                ApiOptions.defaults(json).loadAnswerAfter(),
                settings.requestTimeout(),
                settings.authentication(),
                json);
        NativeHttpOptions nativeOptions = NativeHttpOptions.defaults().withAuthentication(settings.authentication());
        RouterFunction<ServerResponse> routes =
                RestRoutes.of(engine, options).and(NativeRoutes.of(engine, nativeOptions));
        return new Serving(routes, engine, engine.close().doFinally(_ -> json.dispose()));
    }

    static HttpHandler httpHandler(Settings settings, EngineLifecycle engine, OpenStreams streams) {
        HandlerStrategies strategies = HandlerStrategies.builder()
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(settings.maxBodyBytes()))
                .build();
        return streams.around(RouterFunctions.toHttpHandler(new FrontDoor(engine), strategies));
    }

    private static GrpcServer grpcServer(Settings settings, EngineLifecycle engine) {
        String version = SluiceConfiguration.class.getPackage().getImplementationVersion();
        GrpcOptions options = GrpcOptions.defaults()
                .withVersion(version == null ? "source" : version)
                .withMaxAnswerBytes(settings.grpcMaxSendBytes())
                .withAuthentication(settings.authentication());
        return GrpcServer.started(
                threads -> MilvusGrpc.of(engine::engine, options, threads),
                settings.grpcMaxReceiveBytes(),
                settings.shutdownLimit());
    }

    /** One for two cores: a loop that serves more connections sleeps and is woken less often, and searches want the cores. */
    private static int eventLoops() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }

    private static ReactiveWebServerFactory webServer(Settings settings, GrpcServer grpc, LoopResources loops) {
        var factory = new NettyReactiveWebServerFactory(settings.port());
        factory.setAddress(address(settings));
        factory.setShutdown(Shutdown.GRACEFUL);
        factory.addServerCustomizers(server -> customize(server.runOn(loops), grpc));
        return factory;
    }

    private static InetAddress address(Settings settings) {
        try {
            return InetAddress.getByName(settings.host());
        } catch (UnknownHostException unknown) {
            throw new StartRefused("the address to listen on is unknown: SLUICE_HOST=" + settings.host()
                    + ". Use an address of this machine, or 0.0.0.0 for all of them");
        }
    }

    private static HttpServer customize(HttpServer server, GrpcServer grpc) {
        return server.doOnChannelInit(
                (_, channel, _) -> channel.pipeline().addFirst("first-bytes", new FirstBytes(grpc)));
    }

    private static DefaultLifecycleProcessor lifecycleProcessor(Settings settings) {
        var processor = new DefaultLifecycleProcessor();
        processor.setTimeoutPerShutdownPhase(settings.shutdownLimit().toMillis());
        return processor;
    }
}
