#!/bin/bash
# What the bash completion of ipvsadm offers: completion_test.sh FILE. A stand-in says what the table holds.
ipvsadm() { printf '%s\n' '-A -t 10.0.0.1:80 -s wlc' '-a -t 10.0.0.1:80 -r 10.0.1.1:80 -m -w 1' '-A -u 10.0.0.2:53 -s rr'; }
. "$1" || exit 1
failed=0
expect() { # LINE OFFERED...: the line ends where the cursor is
    local line=$1; shift
    read -ra COMP_WORDS <<<"$line"
    case $line in *' ') COMP_WORDS+=('') ;; esac
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMPREPLY=()
    _ipvsadm
    local offered
    offered=$(printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ')
    [ "$offered" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ] || { echo "'$line' offers: $offered"; failed=1; }
}
expect 'ipvsadm --st' --start-daemon --stop-daemon
expect 'ipvsadm --add' --add-service --add-server
expect 'ipvsadm -A -t 10.0.0.9:80 --s' --scheduler --sched-flags --sctp-service
expect 'ipvsadm -A -t 10.0.0.9:80 -s l' lc lblc lblcr
expect 'ipvsadm -a -t 10.0.0.1:80 --tun-t' --tun-type
expect 'ipvsadm -a -t 10.0.0.1:80 --tun-type g' gue gre
expect 'ipvsadm -D -t ' 10.0.0.1:80
expect 'ipvsadm -D -u ' 10.0.0.2:53
expect 'ipvsadm -d -t 10.0.0.1:80 -r ' 10.0.1.1:80
expect 'ipvsadm -L --per' --persistent-conn
expect 'ipvsadm --start-daemon m' master
expect 'ipvsadm --start-daemon master --mcast-g' --mcast-group
expect 'ipvsadm -R ' --atomic
expect 'ipvsadm -A -f 7 -p 5 -w ' ''
exit $failed
