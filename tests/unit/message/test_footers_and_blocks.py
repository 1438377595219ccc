"""Footers of telephones and mail programs, separators and blocks above quotes, as the programs of the world write them."""

import pytest

from triaged.core.newtext import scan

WHO = "Dana Roth <dana@roth.example>"
UNMARKED = "Shall we take the offer?\nTell me soon.\n"


def each(lines: str) -> list[str]:
    return [one for line in lines.strip().splitlines() for one in line.split(" | ")]


FOOTERS = """
Sent from my iPhone | Sent from my iPad | Sent from my Samsung Galaxy smartphone. | Sent from Samsung tablet.
Sent from Outlook for iOS | Sent from Outlook for Android | Get Outlook for iOS | Get Outlook for Android
Get Outlook for iOS<https://aka.ms/o0ukef> | Sent from Yahoo Mail for iPhone | Sent from Yahoo Mail on Android
Sent from AOL Mobile Mail | Sent from Mail for Windows | Sent from Mail for Windows 10 | Sent from my mobile
Sent from my phone | Sent from my mobile device. Please excuse brevity and typos.
Sent from my Android phone with K-9 Mail. Please excuse my brevity.
Sent from my Android device with K-9 Mail. Please excuse my brevity. | Sent with Proton Mail secure email.
Sent with ProtonMail Secure Email. | Sent from Proton Mail for iOS | Sent from Proton Mail mobile | Sent via Superhuman
Sent via Superhuman ( https://sprh.mn/?vip=gary@harbor.example ) | Sent with Spark | Sent from Spark | Sent with Airmail
Sent via Airmail | Sent from BlueMail | Get BlueMail for Android | Sent from BlueMail for Android | Sent using Zoho Mail
Sent from Zoho Mail | Sent with Shift | Sent with Mailspring | Sent from Mailbird | Sent from eM Client
Sent from Thunderbird Mobile | Sent from Canary | Sent from Canary Mail | Sent from Gmail Mobile
Sent from my BlackBerry 10 smartphone. | Sent from my Windows Phone | Sent from my Huawei phone | Sent from my Xiaomi
Sent from my Galaxy | Sent on the go | Sent from Nine | Sent from TypeApp | Sent from Edison Mail
Sent from myMail for iOS | Sent from Front | Sent from HEY | Sent with Tutanota | Secured with Tuta Mail:
Von meinem iPhone gesendet | Von meinem iPad gesendet | Von meinem Samsung Gerät gesendet
Von meinem Samsung Galaxy Smartphone gesendet. | Von meinem Mobiltelefon gesendet | Von meinem Handy gesendet
Von meinem Android-Gerät mit K-9 Mail gesendet. | Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.
Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet. | Gesendet von meinem iPhone
Gesendet von Outlook für iOS | Gesendet von Outlook für Android | Outlook für iOS beziehen
Outlook für Android herunterladen | Gesendet von Mail für Windows | Gesendet von Mail für Windows 10
Gesendet von Yahoo Mail für iPhone | Gesendet mit der GMX Mail App | Gesendet mit der Telekom Mail App
Gesendet mit der mobilen Mail App | Gesendet mit Spark | Gesendet mit Proton Mail | Von Samsung Mobile gesendet
Von Samsung-Tablet gesendet | Von unterwegs gesendet | Mobil gesendet | Vom Handy gesendet | Gesendet vom Handy
Kurz und mobil gesendet | Envoyé de mon iPhone | Envoyé de mon iPad | Envoyé depuis mon iPhone
Envoyé depuis mon mobile | Envoyé depuis mon smartphone Samsung Galaxy. | Envoyé depuis mon appareil Galaxy
Envoyé depuis l'application Mail Orange | Envoyé à partir d'Outlook pour iOS | Envoyé à partir de Outlook pour Android
Obtenir Outlook pour iOS | Téléchargez Outlook pour Android | Provenance : Courrier pour Windows 10
Envoyé à partir de Courrier pour Windows | Envoyé de mon téléphone | Envoyé avec Proton Mail
Envoyé avec la messagerie sécurisée Proton Mail. | Enviado desde mi iPhone | Enviado desde mi iPad
Enviado desde mi smartphone Samsung Galaxy. | Enviado desde mi Samsung Mobile de Claro | Enviado desde mi móvil
Enviado desde mi celular | Enviado desde Outlook para iOS | Enviado desde Outlook para Android
Obtener Outlook para iOS | Obtener Outlook para Android | Enviado desde Correo para Windows 10
Enviado desde Yahoo Mail para iPhone | Enviado desde mi dispositivo Samsung | Enviado con Proton Mail
Inviato da iPhone | Inviato da iPad | Inviato dal mio iPhone | Inviato dal mio dispositivo mobile
Inviato dal mio smartphone Samsung Galaxy. | Inviato dal mio Galaxy | Inviato da Outlook per iOS
Inviato da Outlook per Android | Ottieni Outlook per iOS | Scarica Outlook per Android | Inviato da Posta per Windows 10
Inviato da Libero Mail per Android | Inviato da smartphone Samsung Galaxy. | Inviato con Proton Mail
Verstuurd vanaf mijn iPhone | Verzonden vanaf mijn iPhone | Verzonden vanaf mijn iPad
Verzonden vanaf mijn Samsung-apparaat | Verzonden vanaf mijn Galaxy | Verzonden vanaf mijn mobiel
Verstuurd vanuit Outlook voor iOS | Verzonden vanuit Outlook voor iOS | Verzonden vanuit Mail voor Windows
Outlook voor iOS downloaden | Outlook voor Android downloaden | Verzonden met Proton Mail
Verzonden met BlackBerry Work | Enviado do meu iPhone | Enviado do meu iPad | Enviado do meu smartphone Samsung Galaxy.
Enviado a partir do meu iPhone | Enviado do Outlook para iOS | Enviado do Outlook para Android
Obter o Outlook para iOS | Obter Outlook para Android | Enviado do Correio para Windows 10
Enviado do Email para Windows 10 | Enviado do meu Galaxy | Enviado do Yahoo Mail no Android | Enviado do meu telemóvel
Enviado do meu celular | Wysłane z iPhone'a | Wysłane z iPhonea | Wysłano z iPhone'a | Wysłano z mojego iPhone'a
Wysłane z mojego telefonu Samsung | Wysłane z telefonu Samsung | Wysłane z mojego urządzenia Galaxy
Wysłano z programu Outlook dla systemu iOS | Pobierz program Outlook dla systemu iOS
Pobierz aplikację Outlook dla systemu Android | Wysłane z programu Poczta systemu Windows
Wysłano z Poczty Yahoo na Androida | Skickat från min iPhone | Sendt fra min iPhone | Lähetetty iPhonesta
Odesláno z iPhonu | Odoslané z iPhonu | iPhone'umdan gönderildi | Отправлено с iPhone | Надіслано з iPhone
Στάλθηκε από το iPhone μου | Poslano z mojega iPhona | Poslano s mojeg iPhonea | Изпратено от моя iPhone
"""

NO_FOOTERS = """
// Sent from my own mailer, says the code
Sent from my desk, which is easier than my phone | Sent you the offer from my phone | Sent by post yesterday
Sent the papers with the courier | Get the server running | Get Outlook working again | Get Gary to ring me
Mobil bin ich erreichbar | Mobil: 0171 1234567 | Von unterwegs kann ich nicht antworten | Vom Handy aus geht es nicht
Von meinem Konto wurde abgebucht | Gesendet habe ich es gestern | Gesendet von Herrn Meier am Montag, bitte prüfen
Envoyé hier par la poste | Envoyé depuis Paris hier | Obtenir une réponse avant vendredi | Enviado ayer por correo
Enviado desde la oficina de Madrid | Obtener respuesta hoy | Inviato ieri per posta | Inviato da Mario Rossi ieri
Ottieni la firma | Verzonden per post | Verzonden vanaf kantoor in Utrecht | Enviado ontem pelo correio
Enviado do escritório de Lisboa | Wysłane wczoraj pocztą | Wysłane z biura w Warszawie | Pobierz plik i zadzwoń
"""

SEPARATORS = """
##- Bitte geben Sie Ihre Antwort über dieser Zeile ein. -##
##- Saisissez votre réponse au-dessus de cette ligne -##
##- Escribe tu respuesta encima de esta línea -##
##- Scrivi la tua risposta sopra questa riga -##
##- Schrijf je reactie boven deze lijn -##
##- Escreva a sua resposta acima desta linha -##
##- Wpisz odpowiedź powyżej tej linii -##
-----Original Message----- | -------- Original message -------- | ------ Original Message ------
----- Original Message ----- | -----Original Appointment----- | -----Ursprüngliche Nachricht-----
-------- Ursprüngliche Nachricht -------- | ------ Originalnachricht ------ | -----Original-Nachricht-----
----- Ursprüngliche Mail ----- | -----Ursprünglicher Termin----- | -----Message d'origine-----
-------- Message d'origine -------- | ----- Mail original ----- | ------ Message d'origine ------
-----Message original----- | -----Mensaje original----- | -------- Mensaje original --------
------ Mensaje original ------ | -----Messaggio originale----- | -------- Messaggio originale --------
-----Oorspronkelijk bericht----- | -------- Oorspronkelijk bericht -------- | -----Mensagem original-----
-------- Mensagem original -------- | -----Oryginalna wiadomość----- | -------- Oryginalna wiadomość --------
-----Wiadomość oryginalna----- | -----Ursprungligt meddelande----- | -----Oprindelig meddelelse-----
-----Opprinnelig melding----- | -----Alkuperäinen viesti----- | -----Původní zpráva----- | -----Pôvodná správa-----
-----Eredeti üzenet----- | -----Mesajul original----- | -----Mesaj original----- | -----Özgün İleti-----
-----Orijinal Mesaj----- | -----Исходное сообщение----- | -----Αρχικό μήνυμα----- | -----Missatge original-----
-----原始邮件----- | -----元のメッセージ----- | -----원본 메시지----- | -----Izvorna poruka----- | -----Izvirno sporočilo-----
##- Please type your reply above this line -## | ---------- Forwarded message ---------
-------- Forwarded Message -------- | ---------- Weitergeleitete Nachricht ---------
-------- Weitergeleitete Nachricht -------- | ---------- Message transféré ---------
-------- Message transféré -------- | ---------- Mensaje reenviado ----------
---------- Messaggio inoltrato ---------- | -------- Messaggio Inoltrato --------
---------- Doorgestuurd bericht ---------- | ---------- Mensagem encaminhada ----------
-------- Mensagem reencaminhada -------- | ---------- Przekazana wiadomość ----------
-------- Treść przekazanej wiadomości -------- | ---------- Forwarded by Gary Smith/Harbor on 24/11/2026 ----------
Begin forwarded message: | Anfang der weitergeleiteten Nachricht: | Début du message réexpédié :
Début du message transféré : | Inicio del mensaje reenviado: | Inizio messaggio inoltrato: | Begin doorgestuurd bericht:
Início da mensagem reencaminhada: | Początek przekazywanej wiadomości:
"""

BLOCKS = """
From: {who} / Sent: Tuesday, November 24, 2026 10:00 AM / To: Gary Smith / Cc: Tom / Subject: Offer
From: "Dana Roth" <dana@roth.example> / To: "Gary" <gary@harbor.example> / Sent: 24/11/2026 10:00:12 / Subject: Offer
From: {who} / Date: Tuesday, 24 November 2026 at 10:00 / To: Gary <gary@harbor.example> / Subject: Offer
From:\t{who} / To:\tGary / Date:\t24/11/2026 10:00 / Subject:\tOffer / ________________________________
**From:** {who} / **Sent:** Tuesday / **To:** Gary / **Subject:** Offer
Von: {who} / Gesendet: Dienstag, 24. November 2026 10:00 / An: Gary / Cc: Tom / Betreff: Angebot
Gesendet: Dienstag, 24. November 2026 um 10:00 Uhr / Von: "Dana Roth" <dana@roth.example> / An: gary@harbor.example / Betreff: Angebot
Betreff: Angebot / Datum: 2026-11-24T10:00:00+0100 / Von: "Dana Roth" <dana@roth.example> / An: gary@harbor.example
Von: {who} / Datum: Dienstag, 24. November 2026 um 10:00 / An: Gary / Betreff: Angebot
Von:    Dana Roth / An:     Gary / Datum:  24.11.2026 10:00 / Betreff:        Angebot
De : {who} / Envoyé : mardi 24 novembre 2026 10:00 / À : Gary / Cc : Tom / Objet : Offre
De: {who} / À: Gary / Envoyé: Mardi 24 Novembre 2026 10:00:00 / Objet: Offre
De : {who} / Date : mardi, 24 novembre 2026 à 10:00 / À : Gary / Objet : Offre
De :\tDana Roth / A :\tGary / Date :\t24/11/2026 10:00 / Objet :\tOffre
De: {who} / Enviado el: martes, 24 de noviembre de 2026 10:00 / Para: Gary / CC: Tom / Asunto: Oferta
De: {who} / Enviado: martes, 24 de noviembre de 2026 10:00 / Para: Gary / Asunto: Oferta
De: {who} / Fecha: martes, 24 de noviembre de 2026, 10:00 / Para: Gary / Asunto: Oferta
Da: {who} / Inviato: martedì 24 novembre 2026 10:00 / A: Gary / Cc: Tom / Oggetto: Offerta
Da: {who} / Data: martedì, 24 novembre 2026 alle ore 10:00 / A: Gary / Oggetto: Offerta
Van: {who} / Verzonden: dinsdag 24 november 2026 10:00 / Aan: Gary / CC: Tom / Onderwerp: Offerte
Van: {who} / Datum: dinsdag, 24 november 2026 om 10:00 / Aan: Gary / Onderwerp: Offerte
De: {who} / Enviado: 24 de novembro de 2026 10:00 / Para: Gary / Cc: Tom / Assunto: Oferta
De: {who} / Enviada em: terça-feira, 24 de novembro de 2026 10:00 / Para: Gary / Assunto: Oferta
De: {who} / Data: terça-feira, 24 de novembro de 2026 às 10:00 / Para: Gary / Assunto: Oferta
Od: {who} / Wysłano: wtorek, 24 listopada 2026 10:00 / Do: Gary / DW: Tom / Temat: Oferta
Od: {who} / Wysłane: wtorek, 24 listopada 2026 10:00 / Do: Gary / Temat: Oferta
Od: {who} / Data: wtorek, 24 listopada 2026 10:00 / Do: Gary / Temat: Oferta
Från: {who} / Skickat: den 24 november 2026 10:00 / Till: Gary / Kopia: Tom / Ämne: Offert
Fra: {who} / Sendt: 24. november 2026 10:00 / Til: Gary / Emne: Tilbud
Fra: {who} / Sendt: tirsdag 24. november 2026 10:00 / Til: Gary / Kopi: Tom / Emne: Tilbud
Lähettäjä: {who} / Lähetetty: tiistai 24. marraskuuta 2026 10.00 / Vastaanottaja: Gary / Kopio: Tom / Aihe: Tarjous
Od: {who} / Odesláno: úterý 24. listopadu 2026 10:00 / Komu: Gary / Kopie: Tom / Předmět: Nabídka
Od: {who} / Odoslané: utorok 24. novembra 2026 10:00 / Komu: Gary / Predmet: Ponuka
Feladó: {who} / Elküldve: 2026. november 24., kedd 10:00 / Címzett: Gary / Másolatot kap: Tom / Tárgy: Ajánlat
De la: {who} / Trimis: marți, 24 noiembrie 2026 10:00 / Către: Gary / Subiect: Ofertă
Kimden: {who} / Gönderildi: 24 Kasım 2026 Salı 10:00 / Kime: Gary / Konu: Teklif
Kimden: {who} / Gönderilme tarihi: 24 Kasım 2026 / Kime: Gary / Konu: Teklif
Από: {who} / Στάλθηκε: Τρίτη, 24 Νοεμβρίου 2026 10:00 / Προς: Gary / Θέμα: Προσφορά
Από: {who} / Εστάλη: Τρίτη, 24 Νοεμβρίου 2026 10:00 / Προς: Gary / Κοιν.: Tom / Θέμα: Προσφορά
De: {who} / Enviat: dimarts, 24 de novembre de 2026 10:00 / Per a: Gary / Assumpte: Oferta
От: {who} / Отправлено: вторник, 24 ноября 2026 г. 10:00 / Кому: Gary / Тема: Предложение
Від: {who} / Надіслано: вівторок, 24 листопада 2026 р. 10:00 / Кому: Gary / Тема: Пропозиція
От: {who} / Изпратено: вторник, 24 ноември 2026 г. 10:00 / До: Gary / Относно: Оферта
发件人: {who} / 发送时间: 2026年11月24日 10:00 / 收件人: Gary / 主题: 报价
寄件者: {who} / 寄件日期: 2026年11月24日 上午 10:00 / 收件者: Gary / 主旨: 報價
差出人: {who} / 送信日時: 2026年11月24日 10:00 / 宛先: Gary / 件名: 見積
From: {who} / Sent: Tuesday / To: Gary / Subject: 見積
보낸 사람: {who} / 보낸 날짜: 2026년 11월 24일 화요일 오전 10:00 / 받는 사람: Gary / 제목: 견적
Od: {who} / Poslano: 24. studenog 2026. 10:00 / Za: Gary / Predmet: Ponuda
Šalje: {who} / Poslano: 24. studenog 2026. 10:00 / Prima: Gary / Predmet: Ponuda
Od: {who} / Poslano: torek, 24. november 2026 10:00 / Za: Gary / Zadeva: Ponudba
Nuo: {who} / Išsiųsta: 2026 m. lapkričio 24 d. 10:00 / Kam: Gary / Tema: Pasiūlymas
No: {who} / Nosūtīts: otrdiena, 2026. gada 24. novembris 10:00 / Kam: Gary / Tēma: Piedāvājums
Saatja: {who} / Saatmisaeg: teisipäev, 24. november 2026 10:00 / Adressaat: Gary / Teema: Pakkumine
מאת: {who} / נשלח: יום שלישי 24 נובמבר 2026 10:00 / אל: Gary / נושא: הצעה
Từ: {who} / Đã gửi: Thứ Ba, 24 Tháng Mười Một 2026 / Đến: Gary / Chủ đề: Báo giá
Dari: {who} / Terkirim: Selasa, 24 November 2026 / Kepada: Gary / Subjek: Penawaran
"""


@pytest.mark.parametrize("footer", each(FOOTERS))
def test_a_footer_goes(footer: str) -> None:
    assert scan(f"Please ring me.\n\n{footer}\n").new_text == "Please ring me."
    assert scan(f"STOP\n{footer}\n\nOn 3 May 2026, Dana Roth wrote:\n> Shall we?\n").new_text == "STOP"


@pytest.mark.parametrize("line", each(NO_FOOTERS))
def test_a_sentence_that_begins_like_a_footer_stays(line: str) -> None:
    assert scan(f"Hello.\n\n{line}\n").new_text == f"Hello.\n\n{line}"


@pytest.mark.parametrize("separator", each(SEPARATORS))
def test_below_a_separator_all_is_old(separator: str) -> None:
    assert scan(f"STOP\n\n{separator}\n\n{UNMARKED}").new_text == "STOP"


@pytest.mark.parametrize("block", BLOCKS.strip().splitlines())
def test_below_a_block_of_fields_all_is_old(block: str) -> None:
    fields = block.replace(" / ", "\n").replace("{who}", WHO)
    assert scan(f"STOP\n\n{fields}\n\n{UNMARKED}").new_text == "STOP"
