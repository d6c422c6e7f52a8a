# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it: where the tree is, what a step prints, and the two builds that demo and test share.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=.venv/bin/python
: "${CMAKE_BUILD_PARALLEL_LEVEL:=$(nproc 2>/dev/null || echo 2)}"
export CMAKE_BUILD_PARALLEL_LEVEL
# A cache of compiled files, where there is one, makes the second build of a clone quick.
command -v ccache >/dev/null && export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}

die() {
  printf '\n%s: %s\n' "$(basename "$0")" "$1" >&2
  exit 1
}

# checked <command...>: sets `status` to its exit status. Not `if command`, which would let a function go on after a failure inside.
checked() {
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  set -e
}

# step <what> <command...>: runs it, says how long it took; its output stays out of the way unless it fails.
step() {
  local what=$1 begin=$SECONDS log status
  shift
  mkdir -p build/log
  log=build/log/$(tr -c 'A-Za-z0-9\n' '_' <<<"$what").txt
  printf '%-58s' "$what ..."
  checked "$@" >"$log" 2>&1
  if ((status == 0)); then
    printf ' %4d s\n' $((SECONDS - begin))
  else
    printf ' failed after %d s; the whole output is in %s\n' $((SECONDS - begin)) "$log"
    tail -n 60 "$log"
    die "'$what' failed"
  fi
}

# shown <what> <command...>: the same with the output on the screen.
shown() {
  local what=$1 begin=$SECONDS status
  shift
  printf '%s ...\n' "$what"
  checked "$@"
  ((status == 0)) || die "'$what' failed"
  printf '%-58s %4d s\n' "$what, done" $((SECONDS - begin))
}

build_with_preset() {  # <preset> [<target>...]
  local preset=$1
  shift
  [[ build/$preset/build.ninja -nt CMakePresets.json ]] || cmake --preset "$preset"
  cmake --build "build/$preset" ${1:+--target "$@"} -- -k 0  # all that is broken in one go
}

# Installs the Python package into .venv, unless nothing changed since the last time. The build folder is kept, so only what changed
# is compiled again.
install_python() {
  local stamp=build/wheel/installed changed=yes
  if [[ -f $stamp ]]; then
    changed=$(find include python/multilabel python/src python/CMakeLists.txt cmake CMakeLists.txt pyproject.toml -type f \
      ! -name '*.so' ! -name '*.pyc' -newer "$stamp" -print -quit)
  fi
  if [[ -n $changed ]]; then
    mkdir -p build/wheel
    touch "$stamp.begun"
    "$python" -m pip install --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall --verbose . &&
      mv "$stamp.begun" "$stamp"
  fi
}
