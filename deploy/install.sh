#!/bin/sh
# Installs sealgate from the source tree in the current folder into a fresh environment.
#   deploy/install.sh /opt/sealgate
# EXTRAS names the optional parts: `media` re-encodes sound and film (its package holds an ffmpeg
# with parts under the GPL), `postgres` is the driver of that store, `ocr` reads words in pictures.
# PYTHON is the interpreter (python3): for a service one that its user may run, not one in a home.
# With wheels in deploy/wheels nothing else is asked for packages; pip itself may be one of them.
set -eu
target=${1:?name the folder to install into}
extras=${EXTRAS:-media,postgres}
python=${PYTHON:-python3}

"$python" -m venv --without-pip "$target"
set -- "$target/bin/python"
for pip in deploy/wheels/pip-*.whl; do
    if [ -e "$pip" ]; then
        set -- "$target/bin/python" "$pip/pip"
    else
        set -- "$python" -m pip --python "$target/bin/python"
    fi
done
set -- "$@" install --no-cache-dir --no-compile --disable-pip-version-check --no-warn-script-location
if [ -n "$(find deploy/wheels -name '*.whl' 2>/dev/null)" ]; then
    set -- "$@" --no-index --find-links deploy/wheels
fi
"$@" --constraint constraints.txt ".[$extras]"
"$target/bin/python" -m compileall -q "$target/lib"
case $(readlink -f "$target/bin/python") in
/root/* | /home/*)
    echo "note: this Python lies in a home folder, where a service's user cannot run it; for" \
        "systemd install with PYTHON=/usr/bin/python3 $0 $target" >&2
    ;;
esac
