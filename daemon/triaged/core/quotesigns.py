"""How mail programs of many languages set apart what is not new: headers of quotes, separators, footers, notices.

Patterns and words alone; `newtext` asks them of single lines of bounded length.
"""

import re

from triaged.core.expression import Expression

_WROTE = (
    r"wrote|writes|schrieb|schrieben|geschrieben|a écrit|a ecrit|escribió|escribio|schreef|geschreven|ha scritto|escreveu"
    r"|napisał|napisał\(a\)|napisała|pisze|skrev|kirjoitti|napsal|napsal\(a\)|írta|yazdı|пишет|написал|написала"
)
# "On 3 May, Bob wrote:", "Am 3. Mai schrieb Bob:", "Bob schrieb am 3. Mai um 10:00:" …
STARTS = Expression(r"(?:on|at|in|am|le|el|op|il|em|den|dne|w dniu|dnia|pe|tis|på|vào)\b", re.IGNORECASE)
HEADER = Expression(rf"(?:^|[\s>,])(?:{_WROTE})\b.{{0,200}}[:：]\s*\Z", re.IGNORECASE)
# 26.06.2014, 14:41, "Bob" <bob@example.com>:
DATED = Expression(r"(?=.*\d[-/.年]\s?\d|.*\d:\d\d).*<[^<>\s]+@[^<>\s]+>\s*[:：]\Z")
EVIDENCE = Expression(r"\d|@")
CITED = Expression(r"(?:zitat von|quoting|mensaje citado por|citando a?)\b.*[:：]\Z", re.IGNORECASE)

FIELDS = {
    **dict.fromkeys(("from", "von", "de", "da", "van", "från", "fra", "od", "lähettäjä", "от"), "from"),
    **dict.fromkeys(("sent", "gesendet", "envoyé", "envoye", "enviado", "enviado el", "enviada em", "inviato"), "date"),
    **dict.fromkeys(("verzonden", "skickat", "sendt", "wysłano", "lähetetty", "отправлено"), "date"),
    **dict.fromkeys(("date", "datum", "fecha", "data", "dato", "päiväys", "дата"), "date"),
    **dict.fromkeys(("to", "an", "à", "a", "para", "aan", "till", "til", "do", "vastaanottaja", "кому"), "to"),
    **dict.fromkeys(("cc", "kopie", "cópia", "copie à", "kopia"), "cc"),
    **dict.fromkeys(("subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto"), "subject"),
    **dict.fromkeys(("ämne", "emne", "temat", "aihe", "тема"), "subject"),
    **dict.fromkeys(("reply-to", "antwort an", "importance", "priority", "wichtigkeit", "priorität"), "other"),
}
COLONS = ":："
SIGNS = frozenset(">-_=*#[(<!+~\u26a0|：")
FIRST_SIGNS = SIGNS | frozenset(" \t\u00a0\u3000")
LAST_SIGNS = frozenset(COLONS + " \t\u00a0\u3000")


def _cased(*openings: str) -> frozenset[str]:
    return frozenset(cased for one in openings for cased in (one, one.capitalize(), one.upper()))


# How lines begin that may be a footer, or at the start of a paragraph a notice: their first four characters.
FOOTERS = _cased(
    *("sent", "get ", "von ", "gese", "dies", "outl", "hole", "envo", "télé", "obte", "envi", "verz", "vers", "invi"),
    *("sänt", "skic", "send"),
)
NOTICES = _cased(
    *("disc", "conf", "lega", "impo", "priv", "haft", "vert", "rech", "avis", "this", "the ", "dies", "der ", "ce m"),
    *("ce c", "este", "plea", "cons", "bitt"),
)
OPENINGS = FOOTERS | NOTICES
FIRST_FIELDS = frozenset({"from", "date", "subject"})

ORIGINAL = Expression(
    r"-{2,}\s*(?:original (?:message|appointment)|ursprüngliche (?:nachricht|e-?mail|termin)|originalnachricht|message d'origine"
    r"|message original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|ursprungligt meddelande"
    r"|oprindelig meddelelse|wiadomość oryginalna|reply (?:above|message))\s*-{2,}\Z",
    re.IGNORECASE,
)
FORWARD = Expression(
    r"(?:-{5,}\s*(?:forwarded (?:message|by)|weitergeleitete (?:nachricht|mail)|message transféré|mensaje reenviado"
    r"|messaggio inoltrato|doorgestuurd bericht|mensagem (?:encaminhada|reencaminhada))\b.*"
    r"|(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:transféré|réexpédié)"
    r"|inicio del mensaje reenviado|inizio messaggio inoltrato|begin doorgestuurd bericht)\s*[:：])\Z",
    re.IGNORECASE,
)
RULE = Expression(r"[_=*-]{20,}\Z")
MOBILE = Expression(
    r"(?:sent (?:from|via) (?:my|the|outlook|mail|yahoo|samsung|proton|gmail|a mobile)\b|get outlook for\b|von meinem? .{1,60} gesendet"
    r"|gesendet (?:von|mit|aus) (?:meinem?|outlook|der|mail|gmx|web\.de|yahoo|proton|unterwegs)\b|diese nachricht wurde von .{1,60} gesendet"
    r"|outlook für (?:ios|android)|holen sie sich outlook|envoyé (?:de|depuis) (?:mon|ma|outlook|yahoo|l)\b|télécharger outlook|obtenir outlook"
    r"|obtenez outlook|enviado (?:desde|do|de|via) (?:mi|meu|outlook|yahoo|el)\b|obtener outlook|obter o outlook|verzonden vanaf"
    r"|verstuurd vanaf|inviato da(?:l)? |sänt från|skickat från|sendt fra)",
    re.IGNORECASE,
)

# Banners speak of where a mail came from, disclaimers of who may read it: a server that is down is neither.
_OUTSIDE = (
    r"external|outside|extern\w*|au(?:ß|ss)erhalb|extérieure?|fuera|esterno|unknown sender|unverified sender"
    r"|unbekannte[nmr]? absender"
)
_SECRECY = (
    r"confidential|privileged|intended (?:solely|only|exclusively|for the)|solely for|intended recipient|viruse?s?"
    r"|vertraulich\w*|rechtlich geschützt\w*|ausschlie(?:ß|ss)lich für|adressat\w*|empfänger|viren|confidentiel\w*|destinataires?"
    r"|confidencial\w*|destinatarios?|riservat\w*"
)
BANNER = Expression(
    r"\W*(?:(?:caution|warning|attention|achtung|vorsicht|warnung|hinweis|attenzione|atención|precaución)\b.{0,60}\b"
    rf"(?:{_OUTSIDE})\b|external (?:e-?mail|sender|message)\b|extern(?:e|er|al)? (?:e-?mail|absender|nachricht)\b"
    r"|(?:this|diese|ce|este) (?:e-?mail|message|nachricht|courriel|correo) "
    r"(?:originated|was sent|came|comes|stammt|wurde|kommt|kam|provient|vient|proviene) .{0,40}"
    rf"\b(?:{_OUTSIDE})\b"
    r"|you don't often get (?:e-?mail|messages) from|sie erhalten nicht h[äa]ufig"
    r"|some people who received this message don't often)",
    re.IGNORECASE,
)
TAGGED = Expression(r"\W*[\[(*<](?:external|extern|ext|externe|externo)[\])*>]\W*\Z|\W*external\W*\Z", re.IGNORECASE)
BANNER_MORE = Expression(
    rf"\b(?:{_OUTSIDE}|sender|attachments?|links?|click|absender\w*|anh[äa]ng\w*|klicken|öffnen|cliquez|expéditeur|pièces? jointes?"
    r"|remitente|adjuntos?|recogni[sz]e|content is safe|learn why)\b",
    re.IGNORECASE,
)
_ABOUT_THIS_MAIL = (
    r"(?:disclaimer|confidentiality|confidential|legal notice|important notice|privileged|haftungsausschluss|vertraulich\w*"
    r"|rechtlicher hinweis|avis de confidentialité|aviso (?:legal|de confidencialidad))\W"
    r"|(?:(?:this|the information (?:contained )?in this|the contents? of this) (?:e-?mail|message|communication|transmission)"
    r"|diese (?:e-?mail|nachricht)|der inhalt dieser e-?mail|ce (?:message|courriel)|este (?:mensaje|correo)|questo messaggio)\b"
)
DISCLAIMER = Expression(
    rf"\W*(?:(?:{_ABOUT_THIS_MAIL}).{{0,120}}\b(?:{_SECRECY})\b"
    r"|(?:disclaimer|confidentiality notice|vertraulichkeitshinweis|haftungsausschluss|aviso legal)\s*:?\W*\Z"
    r"|(?:this|diese) e-?mail (?:has been|wurde) (?:scanned|checked|auf viren)\b"
    r"|(?:please )?consider the environment before printing|bitte denken sie an die umwelt)",
    re.IGNORECASE,
)
