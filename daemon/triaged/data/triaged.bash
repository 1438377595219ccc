# bash completion for triaged. Written by .ci/pages.py from the commands' own help.
_triaged() {
    local current=${COMP_WORDS[COMP_CWORD]} verb= words= i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            -*) ;;
            *) verb=${COMP_WORDS[i]}; break ;;
        esac
    done
    case $verb in
        "") words="run check explain replay deferred queue status release snooze settle cancel send retry adopt opt-outs unmute go pause away calendar log report page forget doctor auth init backup ledger print-unit demo --help --version" ;;
        run) words="--help --config --once --debug" ;;
        check) words="--help --config --secrets --json" ;;
        explain) words="--help --config --json --person --at" ;;
        replay) words="--help --config --json --person --against --since --list --csv" ;;
        deferred) words="--help --config --json --person" ;;
        queue) words="--help --config --json --person" ;;
        status) words="--help --config --json --person" ;;
        release) words="--help --config --all --refund --settle" ;;
        snooze) words="--help --config" ;;
        settle) words="--help --config --call --person" ;;
        cancel) words="--help --config" ;;
        send) words="--help --config --again" ;;
        retry) words="--help --config --person" ;;
        adopt) words="--help --config --person" ;;
        opt-outs) words="--help --config --json --person --remove" ;;
        unmute) words="--help --config --person" ;;
        go) words="observe draft send --help --config --client --person" ;;
        pause) words="--help --config --json --person" ;;
        away) words="--help --config --json --person --remove" ;;
        calendar) words="--help --config --json --person --weeks" ;;
        log) words="--help --config --since --client --event --person --follow --json" ;;
        report) words="--help --config --json --person --since --until --client --html --csv --for-client --from-mailbox" ;;
        page) words="--help --config --devices --end --json" ;;
        forget) words="--help --config --leave --wait --client" ;;
        doctor) words="--help --config --json --person --as-service" ;;
        auth) words="login status --help" ;;
        init) words="--help --config --from --address --name --imap --smtp --user --trust-ca --password-file --env --keyring --credential --client-id --tenant --issuer --language --timezone --authserv-id --situation --clients --months --no-replay --yes" ;;
        backup) words="--help --config" ;;
        ledger) words="copy --help --person --trial" ;;
        print-unit) words="--help --user --instance --config --program --run-as" ;;
        demo) words="--help --keep" ;;
    esac
    case $verb:${COMP_WORDS[COMP_CWORD - 1]} in
        run:-c|run:--config) words="" ;;
        check:-c|check:--config) words="" ;;
        explain:-c|explain:--config|explain:--person|explain:--at) words="" ;;
        replay:-c|replay:--config|replay:--person|replay:--against|replay:--since|replay:--csv) words="" ;;
        deferred:-c|deferred:--config|deferred:--person) words="" ;;
        queue:-c|queue:--config|queue:--person) words="" ;;
        status:-c|status:--config|status:--person) words="" ;;
        release:-c|release:--config|release:--all|release:--refund|release:--settle) words="" ;;
        snooze:-c|snooze:--config) words="" ;;
        settle:-c|settle:--config|settle:--call|settle:--person) words="" ;;
        cancel:-c|cancel:--config) words="" ;;
        send:-c|send:--config) words="" ;;
        retry:-c|retry:--config|retry:--person) words="" ;;
        adopt:-c|adopt:--config|adopt:--person) words="" ;;
        opt-outs:-c|opt-outs:--config|opt-outs:--person|opt-outs:--remove) words="" ;;
        unmute:-c|unmute:--config|unmute:--person) words="" ;;
        go:-c|go:--config|go:--client|go:--person) words="" ;;
        pause:-c|pause:--config|pause:--person) words="" ;;
        away:-c|away:--config|away:--person) words="" ;;
        calendar:-c|calendar:--config|calendar:--person|calendar:--weeks) words="" ;;
        log:-c|log:--config|log:--since|log:--client|log:--event|log:--person) words="" ;;
        report:-c|report:--config|report:--person|report:--since|report:--until|report:--client|report:--html|report:--csv|report:--from-mailbox) words="" ;;
        page:-c|page:--config|page:--end) words="" ;;
        forget:-c|forget:--config|forget:--wait|forget:--client) words="" ;;
        doctor:-c|doctor:--config|doctor:--person|doctor:--as-service) words="" ;;
        init:-c|init:--config|init:--from|init:--address|init:--name|init:--imap|init:--smtp|init:--user|init:--trust-ca|init:--password-file|init:--env|init:--keyring|init:--credential|init:--client-id|init:--tenant|init:--issuer|init:--language|init:--timezone|init:--authserv-id|init:--situation|init:--clients|init:--months) words="" ;;
        backup:-c|backup:--config) words="" ;;
        ledger:--person) words="" ;;
        print-unit:-c|print-unit:--config|print-unit:--program|print-unit:--run-as) words="" ;;
        *) [[ $current == -* || -z $verb ]] || words=${words//--*/} ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _triaged triaged
