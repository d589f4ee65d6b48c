# docker build -t sluice .
FROM eclipse-temurin:25-jdk AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends maven \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN mvn -B -q -pl app -am package -DskipTests \
    && java -Djarmode=tools -jar app/target/sluice.jar extract --destination /opt/sluice/app \
    && cp config/jvm.args config/train-aot.sh /opt/sluice/

FROM eclipse-temurin:25-jre
COPY --from=build /opt/sluice /opt/sluice
# The cache is made where it is used: it holds for this JVM and these paths only.
RUN /opt/sluice/train-aot.sh /opt/sluice \
    && useradd --system --home-dir /data --create-home sluice
USER sluice
WORKDIR /opt/sluice
ENV SLUICE_DATA=/data
VOLUME /data
EXPOSE 19530
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/19530 && printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["java", "@/opt/sluice/jvm.args", "-XX:AOTCache=/opt/sluice/sluice.aot", "-jar", "/opt/sluice/app/sluice.jar"]
