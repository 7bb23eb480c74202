# docker build -t headshot .
# docker run --rm --user "$(id -u):$(id -g)" -v "$PWD/photos:/in:ro" -v "$PWD/out:/out" headshot /in -o /out

# A default build needs rustc and the C compiler that this image has.
FROM rust:1-slim-trixie AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock build.rs ./
COPY presets presets
COPY models models
COPY src src
RUN cargo build --release --locked --bin headshot

# The same release of Debian, for its C library; with a shell, which the job in deploy/kubernetes-job.yaml needs.
FROM debian:trixie-slim
COPY --from=build /src/target/release/headshot /usr/local/bin/headshot
COPY LICENSE-MIT LICENSE-APACHE models/README.md /usr/share/doc/headshot/
USER 65532:65532
ENTRYPOINT ["headshot"]
CMD ["--help"]
