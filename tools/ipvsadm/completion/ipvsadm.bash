# bash completion for ipvsadm(8), ipvsadm-save(8) and ipvsadm-restore(8)

# Services of the table as arguments of $1 (-t, -u, --sctp-service, -f), or the servers of service "$1 $2".
_ipvsadm_services() {
    ipvsadm -S -n 2>/dev/null | while read -r command option service _; do
        [[ $command == -A && $option == "$1" ]] && echo "$service"
    done
}
_ipvsadm_servers() {
    ipvsadm -S -n 2>/dev/null | while read -r command option service _ server _; do
        [[ $command == -a && $option == "$1" && $service == "$2" ]] && echo "$server"
    done
}

_ipvsadm() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} line=$COMP_LINE
    # Addresses hold colons, at which readline cuts words.
    if declare -F _get_comp_words_by_ref >/dev/null; then
        local words cword
        _get_comp_words_by_ref -n : cur prev words cword
        word=$cur before=$prev
    fi
    local schedulers='rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh twos'
    local commands='-A --add-service -E --edit-service -D --delete-service -C --clear -R --restore -S --save -a --add-server
        -e --edit-server -d --delete-server -L -l --list -Z --zero --set --start-daemon --stop-daemon -h --help -v --version'
    local service='-t --tcp-service -u --udp-service --sctp-service -f --fwmark-service'
    local of_service='-s --scheduler -p --persistent -M --netmask --pe -o --ops -b --sched-flags -6 --ipv6'
    local of_server='-r --real-server -g --gatewaying -i --ipip -m --masquerading -w --weight -x --u-threshold -y --l-threshold
        --tun-type --tun-port --tun-nocsum --tun-csum --tun-remcsum -6 --ipv6'
    local of_list='-n --numeric -c --connection --timeout --daemon --stats --rate --thresholds --persistent-conn --tun-info
        --nosort --sort --exact -X --json -6 --ipv6'
    local of_daemon='--syncid --mcast-interface --mcast-group --mcast-port --mcast-ttl --sync-maxlen'
    local choices

    case $before in
        -s | --scheduler) choices=$schedulers ;;
        -t | --tcp-service) choices=$(_ipvsadm_services -t) ;;
        -u | --udp-service) choices=$(_ipvsadm_services -u) ;;
        --sctp-service) choices=$(_ipvsadm_services --sctp-service) ;;
        -f | --fwmark-service) choices=$(_ipvsadm_services -f) ;;
        -r | --real-server)
            local -a given
            read -ra given <<<"$line"
            local i
            for ((i = 1; i < ${#given[@]} - 1; ++i)); do
                case ${given[i]} in
                    -t | -u | -f | --sctp-service) choices=$(_ipvsadm_servers "${given[i]}" "${given[i + 1]}") ;;
                    --tcp-service) choices=$(_ipvsadm_servers -t "${given[i + 1]}") ;;
                    --udp-service) choices=$(_ipvsadm_servers -u "${given[i + 1]}") ;;
                    --fwmark-service) choices=$(_ipvsadm_servers -f "${given[i + 1]}") ;;
                esac
            done
            ;;
        -b | --sched-flags) choices='flag-1 flag-2 flag-3 sh-fallback sh-port mh-fallback mh-port' ;;
        --pe) choices=sip ;;
        --tun-type) choices='ipip gue gre' ;;
        --start-daemon | --stop-daemon) choices='master backup' ;;
        --mcast-interface) choices=$(cd /sys/class/net 2>/dev/null && echo *) ;;
        -p | --persistent | -M | --netmask | -w | --weight | -x | --u-threshold | -y | --l-threshold | --tun-port | --syncid | \
            --mcast-group | --mcast-port | --mcast-ttl | --sync-maxlen) [[ $word == -* ]] || return 0 ;;
    esac
    if [[ -z ${choices+set} ]]; then
        case ${COMP_WORDS[1]} in
            -A* | -E* | --add-service | --edit-service) choices="$service $of_service" ;;
            -a* | -e* | --add-server | --edit-server) choices="$service $of_server" ;;
            -D* | -Z* | --delete-service | --zero) choices="$service -6 --ipv6" ;;
            -d* | --delete-server) choices="$service -r --real-server -6 --ipv6" ;;
            -L* | -l* | --list) choices="$service $of_list" ;;
            -S* | --save) choices='-n --numeric' ;;
            -R* | --restore) choices=--atomic ;;
            --start-daemon) choices=$of_daemon ;;
            --stop-daemon) choices=--syncid ;;
        esac
        if ((COMP_CWORD == 1)); then choices=$commands; fi
    fi
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
    if declare -F __ltrim_colon_completions >/dev/null; then __ltrim_colon_completions "$word"; fi
}

_ipvsadm_save() { mapfile -t COMPREPLY < <(compgen -W -n -- "${COMP_WORDS[COMP_CWORD]}"); }
_ipvsadm_restore() { mapfile -t COMPREPLY < <(compgen -W --atomic -- "${COMP_WORDS[COMP_CWORD]}"); }

complete -F _ipvsadm ipvsadm
complete -F _ipvsadm_save ipvsadm-save
complete -F _ipvsadm_restore ipvsadm-restore
