"""HTML as the text a person would read, with quotes and signatures marked."""

import pytest

from triaged.core.html import render
from triaged.core.message import read


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello</p><p>Dana</p>", "Hello\n\nDana"),
        ("<div>Hello<br>Dana</div><div>x</div>", "Hello\nDana\nx"),
        ("Hello\n   <b>Dana</b>  and <i>all</i>", "Hello Dana and all"),
        ("<div>one</div>\n<div>two</div>", "one\ntwo"),
        ("a&nbsp;b &amp; c &lt;d&gt; &#252; &#x20ac; &unknown; &", "a b & c <d> ü € &unknown; &"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<head><title>no</title><style>p {no}</style></head><script>no</script>yes", "yes"),
        ("<!-- no --><!DOCTYPE html><?xml no?>yes", "yes"),
        ('<span style="display: none">no</span>yes', "yes"),
        ('<div style="DISPLAY:NONE !important">no<div>no</div></div>yes', "yes"),
        ("<a title=\"a>b\" href='x>y'>link</a>", "link"),
        ('<font size="2"">text</font>', "text"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("<3 you", "<3 you"),
        ("</div></p>yes", "yes"),
        ("yes<a href=", "yes"),
        ("yes<!-- no", "yes"),
        ("ur&shy;gent &zwnj;x\u200by", "urgent xy"),
        ("&#99999999999999999;", "&#99999999999999999;"),
        ("ev&#x202e;il&#0;&#8203;", "evil\ufffd"),
        ("", ""),
    ],
)
def test_html_becomes_plain_text(html: str, text: str) -> None:
    assert read(b"Content-Type: text/html; charset=utf-8\r\n\r\n", html.encode() or b" ").text.strip() == text


@pytest.mark.parametrize(
    ("html", "kind", "marked"),
    [
        ("new<blockquote>old</blockquote>more", "quote", "old"),
        ('new<div class="x gmail_quote">old<div>older</div></div>more', "quote", "old\nolder"),
        ('new<div class="gmail_signature">Gary</div>', "signature", "Gary"),
        ('<div>new<div id="divRplyFwdMsg">From: x</div><div>old</div></div><div>more</div>', "quote", "From: x\nold"),
        ('<div>new</div><div id="appendonsend"></div><hr><div>old</div>', "quote", "old"),
        ('new<div id="x_divRplyFwdMsg">From</div>old', "quote", "From\nold"),
        ('new<div id="Signature">Gary</div>more', "signature", "Gary"),
        ('new<div class="moz-cite-prefix">On x</div>', "quote", "On x"),
        ('new<pre class="moz-signature">Gary</pre>', "signature", "Gary"),
        ('new<div class="protonmail_quote">old</div>', "quote", "old"),
        ('new<div data-marker="__QUOTED_TEXT__">old</div>', "quote", "old"),
        ('new<div class="yahoo_quoted">old</div>', "quote", "old"),
        ("new<div class=OutlookMessageHeader>old</div>", "quote", "old"),
        ("new<div name='messageReplySection'>old</div>", "quote", "old"),
        ('new<div id="cm_x">old</div>', "quote", "old"),
        ('new<div class="front-blockquote">old</div>', "quote", "old"),
        ('new<blockquote type="cite" style="border:none">old</blockquote>', "quote", "old"),
        ("new<blockquote><blockquote>older</blockquote>old", "quote", "older\n\nold"),
    ],
)
def test_what_mail_programs_wrap_quotes_and_signatures_in_is_marked(html: str, kind: str, marked: str) -> None:
    rendered = render(html)

    assert [mark.kind for mark in rendered.marks] == [kind]
    assert rendered.text[rendered.marks[0].start : rendered.marks[0].end].strip() == marked
    assert "new" not in rendered.text[rendered.marks[0].start :]


@pytest.mark.parametrize(
    "style", ['style="margin:0 0 0 40px;border:none;padding:0px"', 'class="webkit-indent-blockquote"']
)
def test_an_indented_paragraph_is_no_quote(style: str) -> None:
    assert render(f"<blockquote {style}>indented</blockquote>").marks == ()
