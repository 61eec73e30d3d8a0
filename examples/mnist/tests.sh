#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# examples/mnist/tests.sh — runs loom_mnist on data that is sound, or broken in one way.
# usage: tests.sh PROGRAM CASE REGEX [DIGITS]
# DIGITS, for the case `digits`, is the folder of the data shipped with the example.
# Makes twelve images of 2 x 2 pixels in MNIST's format in a new folder, breaks them as CASE says, and runs the program
# there. A sound case must exit 0 and print REGEX; a broken one must exit 1 with one line on stderr, which names the
# program and matches REGEX, and leave no picture, whole or in part.
set -eu
program=$1
what=$2
regex=$3

here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
mkdir data

# word NUMBER: 32 bits, the highest byte first. byte NUMBER...: one byte each.
byte() { for number in "$@"; do printf "\\$(printf '%03o' "$number")"; done; }
word() { byte $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)); }

# images COUNT HEIGHT WIDTH, labels COUNT: files whose headers are true.
images() {
    word 2051; word "$1"; word "$2"; word "$3"
    for pixel in $(seq $(($1 * $2 * $3))); do byte $((pixel * 37 % 256)); done
}
labels() {
    word 2049; word "$1"
    for row in $(seq "$1"); do byte $((row % 10)); done
}
# shorten FILE COUNT: without its last COUNT bytes.
shorten() { head -c $(($(wc -c < "$1") - $2)) "$1" > short && mv short "$1"; }

train=data/train-images-idx3-ubyte
train_labels=data/train-labels-idx1-ubyte
images 12 2 2 > $train
labels 12 > $train_labels
images 4 2 2 > data/t10k-images-idx3-ubyte
labels 4 > data/t10k-labels-idx1-ubyte

folder=data
rate=0.02
picture=curve.svg
sound=no
case $what in
    digits)           folder=$4; sound=yes ;;
    plain)            sound=yes ;;
    compressed)       gzip data/*; sound=yes ;;
    missing_folder)   folder=nowhere ;;
    file_as_folder)   folder=$train ;;
    missing_file)     rm data/t10k-labels-idx1-ubyte ;;
    empty_file)       : > $train ;;
    truncated)        shorten $train 3 ;;
    truncated_labels) shorten $train_labels 3 ;;
    truncated_gzip)   gzip $train; shorten $train.gz 3 ;;
    damaged_gzip)     gzip $train; shorten $train.gz 8; { word 1; word 64; } >> $train.gz ;;
    wrong_magic)      { word 2052; tail -c +5 $train; } > other; mv other $train ;;
    swapped)          cp $train $train_labels ;;
    too_long)         byte 0 >> $train ;;
    huge_count)       { word 2051; word 4294967295; tail -c +9 $train; } > other; mv other $train ;;
    no_pixels)        images 12 0 2 > $train ;;
    label_above_9)    { word 2049; word 12; byte 1 2 3 4 10 6 7 8 9 0 1 2; } > $train_labels ;;
    counts_disagree)  labels 11 > $train_labels ;;
    sizes_disagree)   images 4 3 2 > data/t10k-images-idx3-ubyte ;;
    too_few)          images 5 2 2 > $train; labels 5 > $train_labels ;;
    digits_bad_row)   { echo 1,2,3; } | gzip > data/digits.csv.gz ;;
    digits_empty)     : | gzip > data/digits.csv.gz ;;
    picture_nowhere)  picture=nowhere/curve.svg ;;
    picture_folder)   mkdir curve.svg ;;
    diverging)        rate=1e30 ;;
    *)                echo "no such case: $what"; exit 2 ;;
esac

status=0
"$program" --data "$folder" --epochs 2 --batch 4 --rate "$rate" --plot "$picture" > printed 2> refusal || status=$?
cat printed refusal

fail() { echo "FAILED: $1"; exit 1; }
if [ $sound = yes ]; then
    [ "$status" -eq 0 ] || fail "exit $status"
    grep -Eq -- "$regex" printed || fail "nothing printed matches $regex"
    [ "$(tail -n 1 curve.svg)" = "</svg>" ] || fail "no whole picture"
else
    [ "$status" -eq 1 ] || fail "exit $status, expected 1"
    [ "$(wc -l < refusal)" -eq 1 ] || fail "not one line on stderr"
    grep -Eq -- "^loom_mnist: .*($regex)" refusal || fail "stderr does not match $regex"
    [ ! -f curve.svg ] || fail "a picture was written"
fi
[ -z "$(find . -name '*.part')" ] || fail "a temporary file was left"
echo passed
