#!/usr/bin/env bash
# tests/machines/run.sh [TARGET...]: the same headshot on every machine.
#
# Builds tests/machines for each target (best avx2 baseline aarch64 wasm windows; all of them if none is named), lets it
# crop the same photos, and compares faces, heads, frames and outputs with those of this machine's best instructions, to
# the last bit. A target that this machine cannot build or run is named at the end as not run.
#
# The photos are samples/ and, where they are at hand, the portraits, groups and formats of ../shared/corpus; for
# emulated targets (aarch64, windows), which take twenty times as long, only samples/, or all with EMULATE_ALL=1.
# BLESS=1 writes the stored lines of samples/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

here=tests/machines
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/machines"
made="$CARGO_TARGET_DIR/lines"
mkdir -p "$made"
photos=(samples)
for folder in portraits groups formats; do
    if [[ -d ../shared/corpus/$folder ]]; then photos+=("../shared/corpus/$folder"); fi
done
emulated=(samples)
if [[ ${EMULATE_ALL:-} ]]; then emulated=("${photos[@]}"); fi
failed=()
missing=()

# The dependencies are those of the program.
cp Cargo.lock "$here/Cargo.lock"
build() {
    cargo build --quiet --manifest-path "$here/Cargo.toml" --profile ci "$@"
}

has() {
    command -v "$1" > /dev/null
}

has_target() {
    [[ -d "$(rustc --print sysroot)/lib/rustlib/$1/lib" ]]
}

# not_run TARGET WHY
not_run() {
    missing+=("$1: $2")
}

# lines TARGET COMMAND...: what the command prints about the photos.
lines() {
    local target=$1
    shift
    "$@" > "$made/$target.tmp"
    mv "$made/$target.tmp" "$made/$target.txt"
}

# compare TARGET: with the lines of this machine's best instructions, as far as they are about the same photos.
compare() {
    echo "== $1, compared with best"
    awk -F '\t' 'NR == FNR { seen[$1] = 1; next } $1 in seen' "$made/$1.txt" "$made/best.txt" > "$made/expected.txt"
    python3 "$here/compare.py" "$made/expected.txt" "$made/$1.txt" || failed+=("$1")
}

native() {
    HEADSHOT_INSTRUCTIONS=$2 build --bin headshot-machines
    lines "$1" "$CARGO_TARGET_DIR/ci/headshot-machines" "${photos[@]}"
}

best() {
    (unset HEADSHOT_INSTRUCTIONS; build --bin headshot-machines)
    lines best "$CARGO_TARGET_DIR/ci/headshot-machines" "${photos[@]}"
    grep '^samples/' "$made/best.txt" > "$made/samples.txt"
    if [[ ${BLESS:-} ]]; then cp "$made/samples.txt" "$here/samples.txt"; fi
    if [[ ! -f $here/samples.txt ]]; then not_run stored "no $here/samples.txt; BLESS=1 writes it"; return; fi
    echo "== best, compared with the stored lines of samples/"
    diff "$here/samples.txt" "$made/samples.txt" > "$made/samples.diff" || { head -20 "$made/samples.diff"; failed+=(best); }
}

avx2() {
    if [[ $(uname -m) != x86_64 ]]; then not_run avx2 "not an x86-64 machine"; return; fi
    if ! grep -q avx2 /proc/cpuinfo; then not_run avx2 "the processor has no AVX2"; return; fi
    native avx2 avx2
    compare avx2
}

baseline() {
    native baseline baseline
    compare baseline
}

aarch64() {
    local triple=aarch64-unknown-linux-gnu
    has_target "$triple" || { not_run aarch64 "no Rust target $triple"; return; }
    has aarch64-linux-gnu-gcc || { not_run aarch64 "no aarch64-linux-gnu-gcc"; return; }
    has qemu-aarch64 || { not_run aarch64 "no qemu-aarch64"; return; }
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc build --bin headshot-machines --target "$triple"
    lines aarch64 qemu-aarch64 -L /usr/aarch64-linux-gnu "$CARGO_TARGET_DIR/$triple/ci/headshot-machines" "${emulated[@]}"
    compare aarch64
}

wasm() {
    local triple=wasm32-unknown-unknown
    has_target "$triple" || { not_run wasm "no Rust target $triple"; return; }
    has node || { not_run wasm "no node"; return; }
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-C target-feature=+simd128" build --lib --target "$triple"
    lines wasm node "$here/node.mjs" "$CARGO_TARGET_DIR/$triple/ci/headshot_machines.wasm" "${photos[@]}"
    compare wasm
}

windows() {
    local triple=x86_64-pc-windows-gnu
    has_target "$triple" || { not_run windows "no Rust target $triple"; return; }
    has x86_64-w64-mingw32-gcc || { not_run windows "no x86_64-w64-mingw32-gcc"; return; }
    has wine || { not_run windows "no wine"; return; }
    build --bin headshot-machines --target "$triple"
    lines windows env WINEDEBUG=-all wine "$CARGO_TARGET_DIR/$triple/ci/headshot-machines.exe" "${emulated[@]}"
    sed -i 's/\r$//' "$made/windows.txt"
    compare windows
}

targets=("$@")
if [[ $# == 0 ]]; then targets=(best avx2 baseline wasm aarch64 windows); fi
# What the others are compared with.
if [[ ${targets[0]} != best ]]; then best; fi
for target in "${targets[@]}"; do "$target"; done

for one in "${missing[@]}"; do echo "not run: $one"; done
if [[ ${#failed[@]} -gt 0 ]]; then
    echo "not the same: ${failed[*]}"
    exit 1
fi
