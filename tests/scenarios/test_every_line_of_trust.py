"""Whose word suffices for what, line by line: which tests hold it, asked of `explain` and seen on the running daemon.

A line of the design that loses its test, and an act of the table that has no line, fail here.
"""

import re
from pathlib import Path

import pytest

from triaged.core.trust import ACTS, Act

TESTS = Path(__file__).resolve().parents[1]
ASKED = "contract/test_contract_of_trust.py"
TOLD = "scenarios/test_who_rings_and_is_told.py"
WORD = "scenarios/test_whose_word.py"
LIVE = "scenarios/test_attacks_on_the_daemon.py"
MACHINES = "scenarios/test_manners_between_machines.py"
LEVELS = "unit/rules/test_trust.py"
RESULTS = "unit/message/test_authentication.py"
ADDRESSES = "unit/message/test_addresses.py"
PROPOSED = "unit/setup/test_vouching.py"
CLAIMS = "integration/ledger/test_ledger_claims.py"
AFTER = "scenarios/test_what_replies_lead_to.py"

EVIDENCE = {
    "forged": [
        f"{ASKED}::test_a_mail_that_its_domain_asks_to_refuse_is_nobodys",
        f"{MACHINES}::test_a_forger_is_found_out_and_is_nobodys",
        f"{TOLD}::test_forged_mail_in_a_clients_name_is_told_in_the_digest_without_what_it_lures_with",
        f"{TOLD}::test_doctor_tells_of_forged_mail_in_a_clients_name_also_when_it_was_deleted",
        f"{TOLD}::test_doctor_finds_it_in_the_inbox_before_the_daemon_has_ever_run",
        f"{TOLD}::test_a_hundred_forged_mails_are_a_few_lines_of_a_digest",
    ],
    "unverified": [
        f"{LEVELS}::test_what_my_server_says_makes_the_level",
        f"{ASKED}::test_a_charity_with_spf_alone_that_was_forwarded_is_the_clients",
        f"{ASKED}::test_what_a_forwarder_has_sealed_is_shown_in_spite_of_the_policy",
        f"{LIVE}::test_ordinary_mail_is_put_aside_answered_once_and_joined",
    ],
    "unknown": [
        f"{LEVELS}::test_what_my_server_says_makes_the_level",
        f"{WORD}::test_a_server_that_falls_silent_is_told_and_punishes_nobody",
    ],
    "verified": [
        f"{MACHINES}::test_what_the_clients_server_signed_is_believed_and_answered",
        f"{MACHINES}::test_a_forger_who_writes_in_the_name_of_a_common_filter_is_not_believed",
        f"{RESULTS}::test_an_id_that_my_server_would_not_take_away_from_what_comes_in_is_not_mine",
    ],
    "inside": [
        f"{LEVELS}::test_who_signed_in_to_my_server_is_inside_and_nobody_else",
        f"{LEVELS}::test_the_way_a_message_came",
        f"{WORD}::test_a_blind_copy_to_myself_keeps_it",
        f"{LIVE}::test_a_colleague_on_the_same_server_keeps_my_promise_and_a_forger_in_her_name_does_not",
    ],
    "proved": [
        f"{LEVELS}::test_what_lies_in_sent_is_proved_unless_it_was_delivered_there",
        f"{LEVELS}::test_the_id_of_a_reply_of_ours_lifts_its_recipients_mail",
        f"{WORD}::test_what_is_delivered_into_sent_is_no_answer_of_mine",
        f"{WORD}::test_a_clients_own_mail_that_is_delivered_into_sent_is_no_answer_to_him",
    ],
}

CAUSED = {
    Act.SHOW: [
        f"{ASKED}::test_a_charity_with_spf_alone_that_was_forwarded_is_the_clients",
        f"{LIVE}::test_ordinary_mail_is_put_aside_answered_once_and_joined",
    ],
    Act.PUSH: [f"{TOLD}::test_forged_mail_never_rings"],
    Act.RING: [
        f"{TOLD}::test_what_my_server_vouches_for_rings_each_time_and_without_a_word_about_it",
        f"{TOLD}::test_what_nobody_vouches_for_rings_three_times_a_day_and_says_so",
        f"{TOLD}::test_a_forgers_rings_take_none_of_the_clients",
    ],
    Act.REPLY: [
        f"{MACHINES}::test_who_has_no_policy_and_signs_nothing_is_not_answered_where_proof_is_always_asked_for",
        f"{MACHINES}::test_who_has_no_policy_and_signs_nothing_is_answered_without_a_name_of_the_mail_if_known",
    ],
    Act.CALLER_IS_CLIENT: [
        f"{ASKED}::test_a_configured_telephone_that_nobody_vouches_for_is_shown_and_pushed_and_writes_to_nobody",
        f"{ASKED}::test_a_box_that_writes_as_me_still_tells_of_callers",
        f"{LIVE}::test_a_telephone_system_of_mine_rings_and_writes_to_the_client_where_it_is_vouched_for",
    ],
    Act.CALLER_BY_NAME: [
        f"{ASKED}::test_a_built_in_telephone_system_is_believed_when_my_server_vouches_for_it",
        f"{ASKED}::test_a_built_in_telephone_system_needs_a_server_that_was_asked",
        f"{ASKED}::test_a_strangers_voicemail_from_a_clients_number_is_the_strangers",
        f"{LIVE}::test_a_strangers_voicemail_from_a_clients_number_rings_nobody_and_writes_to_nobody",
    ],
    Act.CALLER_ACTS: [f"{LIVE}::test_a_call_that_nobody_vouches_for_ends_no_reply_of_the_client"],
    Act.JOIN: [
        f"{ASKED}::test_a_forgers_mail_joins_no_reply_that_waits_for_the_clients",
        f"{ASKED}::test_the_clients_mail_takes_the_place_of_a_forgers",
        f"{ASKED}::test_a_reply_to_a_forger_does_not_use_up_the_clients",
        f"{ASKED}::test_a_copy_that_was_forged_before_silences_nothing",
        f"{ASKED}::test_the_same_mail_by_two_ways_is_answered_once",
        f"{ASKED}::test_a_forgers_mail_makes_no_promise_earlier",
        f"{WORD}::test_a_forger_neither_joins_nor_takes_the_thread_of_a_waiting_reply",
        f"{LIVE}::test_a_clients_own_mail_takes_the_place_of_a_forgers_and_leaves_nothing_of_it",
        f"{LIVE}::test_a_reply_to_a_forger_uses_up_none_of_the_clients",
        f"{LIVE}::test_a_draft_to_a_forger_gives_way_to_the_clients_and_never_the_other_way",
    ],
    Act.CANCEL: [
        f"{ASKED}::test_a_forgers_outage_cancels_nothing",
        f"{ASKED}::test_an_outage_of_one_person_leaves_the_replies_to_her_colleagues",
        f"{LIVE}::test_a_forgers_outage_and_a_colleagues_end_no_reply_to_her_and_her_own_does",
    ],
    Act.SILENCE: [
        f"{WORD}::test_a_forged_answer_stops_the_reply_and_nothing_is_kept",
        f"{WORD}::test_a_forged_answer_stops_warning_and_apology_and_the_promise_stays_open",
    ],
    Act.ANSWER: [
        f"{WORD}::test_a_mail_from_me_that_came_from_outside_keeps_no_promise",
        f"{WORD}::test_a_blind_copy_to_myself_keeps_it",
        f"{WORD}::test_a_forger_who_uses_the_id_of_a_question_moves_no_answer_to_it_elsewhere",
        f"{WORD}::test_a_mail_of_mine_that_was_forged_before_i_sent_it_is_what_i_sent",
        f"{LIVE}::test_a_telephone_that_files_no_copy_marks_the_message_as_answered",
    ],
    Act.DRAFT_SENT: [f"{WORD}::test_a_draft_is_not_sent_by_somebody_who_delivers_its_id"],
    Act.STOP: [
        f"{ASKED}::test_stop_in_our_thread_from_any_address_of_the_client_ends_the_replies_for_good",
        f"{ASKED}::test_stop_about_nothing_of_ours_pauses_the_replies_for_a_fortnight",
        f"{ASKED}::test_stop_from_somebody_who_had_no_reply_changes_nothing",
        f"{ASKED}::test_a_forged_stop_stops_nothing",
        f"{LIVE}::test_whose_stop_is_honoured",
        f"{TOLD}::test_who_is_not_written_to_any_more_stands_in_the_digest",
    ],
    Act.MUTE: [
        f"{AFTER}::test_a_machine_that_answers_a_reply_at_once_is_told_and_its_next_message_with_words_is_answered",
        f"{TOLD}::test_three_people_who_answer_at_once_are_muted_by_nobody",
        f"{TOLD}::test_whoever_is_not_written_to_is_listed_with_until_and_why_and_lifted_by_one_command",
        "unit/rules/test_echo.py::test_a_person_is_never_taken_for_one",
    ],
    Act.REPORT: [
        f"{WORD}::test_a_report_about_somebody_else_closes_no_address",
        f"{AFTER}::test_a_report_of_a_delay_ends_nothing",
        f"{TOLD}::test_a_promise_whose_reply_came_back_stays_hers_and_is_told_and_nothing_more_goes_there",
        f"{TOLD}::test_a_reply_that_may_arrive_another_time_closes_nothing_and_is_told",
    ],
    Act.SPEND: [
        f"{ASKED}::test_a_forger_spends_no_pass_of_the_client",
        f"{LIVE}::test_a_forger_spends_none_of_the_clients_passes",
    ],
    Act.COUNT: [
        f"{ASKED}::test_forged_mail_makes_no_burst_of_the_clients",
        f"{LIVE}::test_forged_mail_makes_no_burst_of_the_clients",
        f"{TOLD}::test_a_forgers_points_stand_apart_on_the_agenda_and_are_not_counted",
        f"{TOLD}::test_a_charity_for_which_no_server_ever_vouches_has_an_ordinary_agenda",
    ],
    Act.FORWARD: [
        f"{ASKED}::test_what_must_not_leave_in_my_name_is_not_sent_on",
        f"{ASKED}::test_where_no_server_can_be_asked_ordinary_mail_is_sent_on",
        f"{LIVE}::test_what_must_not_leave_in_my_name_is_not_sent_on",
        f"{LIVE}::test_a_ticket_system_that_confirms_what_is_sent_on_is_sent_one_mail",
        f"{LIVE}::test_the_same_message_is_sent_on_once_and_not_to_an_address_that_bounces",
        "scenarios/test_robots_set_on_each_other.py::test_two_daemons_that_are_each_others_delegates_send_a_message_on_once",
        f"{CLAIMS}::test_a_forward_is_outside_every_and_has_a_fuse_of_its_own",
    ],
    Act.MARK: [
        f"{AFTER}::test_replies_of_another_triaged_in_sent_are_noticed",
        f"{WORD}::test_a_colleague_with_a_triaged_of_her_own_is_no_second_one_on_my_mailbox",
    ],
    Act.ECHO: [
        f"{ASKED}::test_a_subject_is_repeated_whole_only_where_my_server_vouches",
        f"{LIVE}::test_what_nobody_vouches_for_is_repeated_without_what_it_lures_with_nor_by_name",
    ],
    Act.PROPOSE: ["scenarios/test_the_digest.py::test_nobody_is_proposed_for_whom_nobody_vouches"],
    Act.COMMAND: [
        f"{LEVELS}::test_each_act_needs_its_least_evidence_and_no_more",
        "scenarios/test_commands_by_mail.py::test_nobody_else_can_say_it",
        "scenarios/test_commands_by_mail.py::test_away_to_somebody_else_as_well_is_no_command",
    ],
}

BOUNDED = {
    "a calendar event": [
        "unit/calendars/test_what_counts.py::test_what_i_organise_have_alone_or_accepted_counts",
        "scenarios/test_her_own_calendar.py::test_an_invitation_that_a_stranger_mails_into_her_calendar_changes_nothing",
    ],
    "limits are defects of the message": [
        "faults/test_bombs.py::test_eight_bombs_end_no_connection_and_are_never_answered",
        "faults/test_bombs.py::test_two_hundred_bombs_in_a_row_leave_the_mail_behind_them_to_be_decided",
    ],
    "one correspondent": [
        f"{ASKED}::test_two_addresses_of_one_person_and_a_tag_are_one_correspondent",
        f"{LIVE}::test_a_persons_two_addresses_and_her_tags_get_one_reply",
    ],
    "addresses that nobody knows": [
        f"{CLAIMS}::test_addresses_that_nobody_knows_get_ten_replies_an_hour_together_and_the_rest_waits",
        f"{LIVE}::test_a_ticket_system_with_an_address_per_ticket_gets_ten_replies_an_hour",
        f"{LIVE}::test_a_customers_team_of_fifteen_whom_i_know_is_answered_on_a_bad_monday",
        f"{WORD}::test_forged_mail_of_mine_to_many_makes_none_of_them_known",
    ],
    "the fuse is shared": [
        f"{CLAIMS}::test_one_client_of_several_has_a_quarter_of_the_fuse",
        f"{CLAIMS}::test_senders_that_nobody_vouches_for_have_a_quarter_together",
        f"{LIVE}::test_forty_forged_mails_hold_no_other_clients_reply",
    ],
    "what is proposed to the person": [
        f"{PROPOSED}::test_my_own_servers_id_is_proposed",
        f"{PROPOSED}::test_what_an_attacker_writes_into_his_own_mail_is_never_proposed",
        f"{PROPOSED}::test_too_few_mails_or_domains_or_results_propose_nothing_and_say_what_was_seen",
        f"{PROPOSED}::test_an_id_that_is_no_host_is_never_written_down",
        "server/test_doctor.py::test_the_authserv_id_to_write_is_told",
    ],
    "one cleaner": [
        "unit/cli/test_printable.py::test_json_keeps_every_value_and_shows_no_control",
        "unit/log/test_events.py::test_control_characters_cannot_forge_lines",
        "integration/oauth/test_whose_no_it_is.py::test_what_a_provider_says_is_cleaned",
    ],
    "secrets": [
        "unit/log/test_events.py::test_secrets_bodies_and_texts_have_no_field",
        "unit/mailbox/test_heard.py::test_no_form_of_a_secret_is_repeated",
    ],
    "pushes": [
        "integration/service/test_pushes_are_plain.py::test_a_push_calls_nobody",
        "integration/service/test_pushes_are_plain.py::test_marks_have_no_effect_where_a_service_reads_them",
    ],
    "tables and files": [
        "unit/cli/test_printable.py::test_no_cell_is_a_formula",
        "unit/cli/test_printable.py::test_a_file_that_names_people_is_for_its_owners_eyes",
    ],
    "addresses compare by ASCII case": [f"{ADDRESSES}::test_what_is_folded_twice_is_as_if_folded_once"],
    "BATV, SRS, a forwarder's own": [
        f"{ADDRESSES}::test_tags_of_bounces_and_rewriting_are_seen_through",
        f"{LIVE}::test_where_a_reply_goes",
    ],
    "the OAuth listener": [
        "integration/oauth/test_pasting_and_waiting.py::test_a_visitor_is_sent_away_after_its_time_however_it_trickles"
    ],
}

LINES = [
    *((name, tests) for name, tests in EVIDENCE.items()),
    *((act.value, tests) for act, tests in CAUSED.items()),
    *((name, tests) for name, tests in BOUNDED.items()),
]


def test_every_act_of_the_table_has_its_line():
    assert CAUSED.keys() == ACTS.keys()


@pytest.mark.parametrize(("line", "tests"), LINES, ids=[line for line, _ in LINES])
def test_the_tests_of_a_line_are_there(line: str, tests: list[str]):
    for test in tests:
        path, _, name = test.partition("::")
        text = (TESTS / path).read_text(encoding="utf-8")
        assert re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE), f"{line}: {test} is gone"
