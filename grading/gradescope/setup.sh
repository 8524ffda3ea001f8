#!/usr/bin/env bash
# Gradescope runs this as root, once, when it builds the container's image
set -euo pipefail
source=/autograder/source python=/autograder/venv/bin/python

if [ ! -x "$python" ]; then
    apt-get update
    for version in 3.12 3.11; do  # the first that this release of Ubuntu or Debian has
        apt-get install -y "python$version" "python$version-venv" && break
    done
    "python$version" -m venv /autograder/venv
    torch=$(grep "^torch==" "$source/course/constraints.txt")
    "$python" -m pip install --no-cache-dir "$torch" --index-url https://download.pytorch.org/whl/cpu
    "$python" -m pip install --no-cache-dir --constraint "$source/course/constraints.txt" \
        --requirement "$source/requirements.txt"
fi
chmod 700 "$source"
cd "$source/course" && "$python" -c "import matplotlib.font_manager, grading.batch.jobs"
