#!/usr/bin/env bash
# Gets public data sets from their homes into a folder that an experiment's accuracy.path can name.
#
#   scripts/fetch_data.sh [--into FOLDER] SET...      SET: mnist, fashion_mnist, cifar10, cora, all
#
# What is there already with the right check sum is kept. Every file is checked before it is put in place, so that a
# run that was cut off leaves no half file. Exit status: 1 if something could not be had (no network, wrong content),
# 2 for a wrong call. IMCSIM_DATA_MIRROR=URL takes all files from URL/SET/FILE instead, e.g. file:///mnt/mirror;
# IMCSIM_DATA_SUMS=FILE holds its check sums in place of scripts/data_sums.txt.
set -euo pipefail

into=data
sets=()
usage() { sed -n '2,9s/^# \{0,1\}//p' "$0"; }
while (($#)); do
    case $1 in
    --into)
        [[ $# -ge 2 ]] || { echo "fetch_data.sh: --into needs a folder" >&2; exit 2; }
        into=$2
        shift 2
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    mnist | fashion_mnist | cifar10 | cora)
        sets+=("$1")
        shift
        ;;
    all)
        sets+=(mnist fashion_mnist cifar10 cora)
        shift
        ;;
    *)
        echo "fetch_data.sh: no data set '$1': must be mnist, fashion_mnist, cifar10, cora or all" >&2
        exit 2
        ;;
    esac
done
((${#sets[@]})) || { usage >&2; exit 2; }

for tool in curl md5sum gzip tar; do
    command -v "$tool" > /dev/null || { echo "fetch_data.sh: needs $tool (apt-get install curl coreutils gzip tar)" >&2; exit 1; }
done

sums=${IMCSIM_DATA_SUMS:-$(dirname "$0")/data_sums.txt} # lines: SET FILE MD5, "-" where its home states none
[[ -r $sums ]] || { echo "fetch_data.sh: cannot read the check sums in $sums" >&2; exit 1; }

work=
cleanup() { [[ -z $work ]] || rm -rf "$work"; }
trap cleanup EXIT

# download URL FILE: to $work/FILE, checked
download() {
    local url=$1 file=$2 md5
    md5=$(awk -v set="$name" -v file="$file" '$1 == set && $2 == file { print $3 }' "$sums")
    [[ -n $md5 ]] || { echo "fetch_data.sh: $sums has no check sum of $name $file" >&2; return 1; }
    echo "getting $url" >&2
    if ! curl --fail --location --silent --show-error --connect-timeout 15 --retry 2 -o "$work/$file" "$url"; then
        echo "fetch_data.sh: $url could not be had. Without a network: get the file elsewhere, put it into" \
            "DIR/$name/$file and run IMCSIM_DATA_MIRROR=file://DIR scripts/fetch_data.sh $name" >&2
        return 1
    fi
    if [[ $md5 != - && $(md5sum < "$work/$file") != "$md5  -" ]]; then
        echo "fetch_data.sh: $url has another check sum (MD5) than $md5: not used" >&2
        return 1
    fi
}

# place FILE...: from $work into the data set's folder
place() {
    mkdir -p "$into/$name"
    local file
    for file in "$@"; do
        mv -f "$work/$file" "$into/$name/$(basename "$file")"
    done
}

home_of() { echo "${IMCSIM_DATA_MIRROR:+$IMCSIM_DATA_MIRROR/$name}"; }

fetch_idx() { # HOME
    local home file
    home=$(home_of)
    home=${home:-$1}
    for file in {train,t10k}-{images-idx3,labels-idx1}-ubyte; do
        [[ ! -s $into/$name/$file ]] || continue
        download "$home/$file.gz" "$file.gz" || return 1
        gzip -d "$work/$file.gz" && place "$file"
    done
}

fetch_cifar10() {
    local home archive=cifar-10-binary.tar.gz
    [[ ! -s $into/$name/test_batch.bin ]] || return 0
    home=$(home_of)
    download "${home:-https://www.cs.toronto.edu/~kriz}/$archive" "$archive" || return 1
    tar -xzf "$work/$archive" -C "$work"
    place cifar-10-batches-bin/data_batch_{1..5}.bin cifar-10-batches-bin/batches.meta.txt \
        cifar-10-batches-bin/test_batch.bin
}

# The LINQS archive as edges.csv, features.csv and nodes.csv: of each class the first 20 papers train, of the others
# the first 500 validate and the last 1000 test (the sizes, not the members, of Yang et al., ICML 2016).
fetch_cora() {
    local home archive=cora.tgz
    [[ ! -s $into/$name/nodes.csv ]] || return 0
    home=$(home_of)
    download "${home:-https://linqs-data.soe.ucsc.edu/public/lbc}/$archive" "$archive" || return 1
    tar -xzf "$work/$archive" -C "$work"
    awk -v out="$work" '
        BEGIN { print "source,target" > (out "/edges.csv"); print "node,feature,value" > (out "/features.csv")
                print "node,label,split" > (out "/nodes.csv") }
        FILENAME ~ /content$/ { id[$1] = FNR - 1; label[FNR - 1] = $NF; if (!($NF in class)) class[$NF] = classes++
                                for (f = 2; f < NF; ++f) if ($f != 0) print FNR - 1 "," f - 2 "," $f > (out "/features.csv")
                                n = FNR }
        FILENAME ~ /cites$/ && ($1 in id) && ($2 in id) { print id[$2] "," id[$1] > (out "/edges.csv") }
        END { for (i = 0; i < n; ++i) {
                  c = class[label[i]]
                  split_of = seen[c]++ < 20 ? "train" : i >= n - 1000 ? "test" : validated++ < 500 ? "val" : "none"
                  print i "," c "," split_of > (out "/nodes.csv") } }' \
        "$work/cora/cora.content" "$work/cora/cora.cites"
    place edges.csv features.csv nodes.csv
}

status=0
for name in "${sets[@]}"; do
    work=$(mktemp -d)
    case $name in
    mnist) fetch_idx https://ossci-datasets.s3.amazonaws.com/mnist || status=1 ;;
    fashion_mnist) fetch_idx http://fashion-mnist.s3-website.eu-central-1.amazonaws.com || status=1 ;;
    cifar10) fetch_cifar10 || status=1 ;;
    cora) fetch_cora || status=1 ;;
    esac
    cleanup
done
exit $status
