#!/bin/sh
# The main job on the shipped sample: a table in, a model out, a prediction for a new region. Run by `make demo`.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$(python -c 'import reta.datasets; print(reta.datasets.crops_15())')" crops_15.csv
printf 'temp,rainfall,humidity\n75,63,44\n' > new.csv

show() {
    printf '\n$ %s\n' "$1"
    eval "$1"
}

show 'head -4 crops_15.csv'
show 'reta fit crops_15.csv --targets apples,oranges -o demo.reta.json'
show 'cat new.csv'
show 'reta predict demo.reta.json - --interval 0.95 < new.csv'
