"""Who is spoken of, `on 24 November our tenant wrote:`, and who is named by a program above what it quotes."""

import pytest

from triaged.core.newtext import scan


def each(lines: str) -> list[str]:
    return [one for line in lines.strip().splitlines() for one in line.split(" | ")]


SPOKEN_OF = """
On Monday at 15:10 the customer wrote: | Yesterday at 15:10 our tenant wrote:
On 24 November 2026 the bank wrote to us: | On 24/11/2026 a colleague of mine wrote:
Am 24.11.2026 schrieb uns die Bank: | Am Montag, 24.11.2026, schrieb der Mieter aus dem dritten Stock:
Am 24. November hat unser Kunde geschrieben: | Dnia 24 listopada klient napisał: | Dnia 24.11.2026 klient napisał(a):
Dnia 24 listopada 2026 nasz najemca napisał: | W dniu 24.11.2026 pani z banku napisała:
W poniedziałek o 15:10 klient napisał: | 24 listopada 2026 klient napisał do nas:
Dnia 24.11.2026 o 10:00 szef napisał: | Le 24/11/2026 notre locataire a écrit :
Le 24 novembre 2026 la banque nous a écrit : | El 24/11/2026 nuestro cliente escribió:
El lunes a las 15:10 el inquilino escribió: | El 24 de noviembre de 2026 el banco nos escribió:
Il 24/11/2026 il nostro cliente ha scritto: | Lunedì alle 15:10 il cliente ha scritto:
Il 24 novembre 2026 la banca ci ha scritto: | Op 24-11-2026 schreef de klant:
Op maandag om 15:10 heeft de klant geschreven: | Op 24 november 2026 schreef onze huurder:
Em 24/11/2026 o nosso cliente escreveu: | Na segunda-feira às 15:10 o inquilino escreveu:
No dia 24/11/2026 o banco escreveu: | Den 24 november 2026 skrev kunden: | Den 24/11 skrev hyresgästen:
I måndags kl 15:10 skrev kunden: | Den 24. november 2026 skrev kunden: | Mandag 24.11.2026 skrev lejeren:
Mandag den 24.11.2026 kl. 10 skrev vores lejer: | 24.11.2026 asiakas kirjoitti:
Maanantaina 24.11.2026 klo 15:10 asiakas kirjoitti: | Dne 24.11.2026 zákazník napsal:
V pondělí 24.11.2026 v 15:10 nájemník napsal: | Dňa 24.11.2026 zákazník napísal: | 2026.11.24-én az ügyfél írta:
2026. november 24-én 10:00-kor a bérlő ezt írta: | Pe 24.11.2026 clientul a scris:
În data de 24 noiembrie 2026 chiriașul a scris: | 24 Kasım 2026 10:00 tarihinde müşteri yazdı:
24.11.2026 клиент написал: | 24 ноября 2026 г. в 10:00 клиент написал: | 24.11.2026 наш клієнт написав:
24 листопада 2026 р. о 10:00 орендар написав: | Στις 24/11/2026 ο πελάτης έγραψε:
Στις 24 Νοεμβρίου 2026 ο ενοικιαστής έγραψε: | На 24.11.2026 клиентът написа: | El 24/11/2026 el client va escriure:
Dana 24.11.2026. kupac je napisao: | 24.11.2026 stranka je napisala: | 2026-11-24 klientas rašė:
2026. gada 24. novembrī klients rakstīja: | 24. novembril 2026 kirjutas klient: | Am 24.11.2026 schrieb Herr Müller:
Am 24.11.2026 hat Frau Dr. Meier geschrieben: | Am Montag um 15:10 schrieb Frau Meier:
On 24 November Mr Smith wrote: | On 24/11/2026 Mrs. Jane Smith wrote: | Le 24/11/2026 M. Dupont a écrit :
Le 24 novembre Madame Durand a écrit : | El 24/11/2026 la Sra. Gómez escribió:
El 24 de noviembre señora Gómez escribió: | Il 24 novembre la signora Rossi ha scritto:
Il 24/11/2026 il sig. Rossi ha scritto: | Op 24-11-2026 schreef mevrouw Jansen:
Dnia 24.11.2026 Pan Kowalski napisał: | W dniu 24.11.2026 Pani Anna Nowak napisała:
Em 24/11/2026 o Sr. Silva escreveu: | Gestern um 15:10 schrieb Herr Müller: | On 3 May Bob wrote:
On Monday Bob wrote: | Am Montag schrieb Anna: | Am 24. November schrieb Anna Meier: | Dnia 24 listopada Jan napisał:
W poniedziałek Jan napisał(a): | Le 24 novembre Jean Dupont a écrit : | El martes María escribió:
Il 24 novembre Mario ha scritto: | Op 24 november schreef Jan: | Den 24 november skrev Lars:
No dia 24 João escreveu:
"""
NAMED = """
On 24/11/2026 15:10, gary wrote: | Am 24.11.2026 um 15:10 schrieb von der Leyen, Anna:
Am 24.11.2026 um 15:10 hat von der Leyen geschrieben: | Le 24/11/2026 à 15:10, Jean de la Fontaine a écrit :
El 24/11/2026 a las 15:10, María de la Cruz escribió: | W dniu 24.11.2026 o 15:10, gary pisze:
24.11.2026 15:10, gary пишет: | Dnia 24 listopada 2026 15:10 Jan Kowalski <jan@firma.example> napisał(a):
Dnia 2026-11-24 15:10 Jan Kowalski napisał(a): | Dnia 24 listopada 2026 15:10 jan@firma.example napisał(a):
Dnia 2026-11-24, o godz. 15:10:22 jan.kowalski@firma.example napisał(a):
Dnia wtorek, 24 listopada 2026 15:10 "Kowalski Jan" <jan@firma.example> napisał(a):
Dnia 24.11.2026 (wt) Jan Kowalski napisał: | W dniu wt., 24.11.2026 o 15:10 Jan Kowalski napisał(a):
Użytkownik Jan Kowalski <jan@firma.example> napisał: | Użytkownik Jan Kowalski napisał w dniu 2026-11-24 15:10:
W dniu 2026-11-24 15:10:59 użytkownik Jan Kowalski <jan@firma.example> napisał:
W wiadomości z dnia 2026-11-24 15:10 Jan Kowalski napisał(a):
24 lis 2026 o 15:10 Jan Kowalski <jan@firma.example> napisał(a): | Jan Kowalski napisał(a) dnia 24.11.2026 15:10:
Dne 24. 11. 26 v 15:10 Jan Novák napsal(a): | Dňa 24. 11. 2026 o 15:10 Ján Novák napísal(a):
On 24 November 2026 at 15:10, Dana Roth wrote: | On 11/24/26 15:10, Dana Roth wrote:
Den 24.11.2026 15:10, skrev Dana Roth: | Den 24-11-2026 kl. 15:10 skrev Dana Roth:
Dana Roth skrev den 2026-11-24 15:10: | Dana Roth kirjoitti 24.11.2026 klo 15.10:
2026.11.24. 15:10 keltezéssel, Dana Roth írta: | La data de 24.11.2026 15:10, Dana Roth a scris:
Il 24/11/26 15:10, Dana Roth ha scritto: | Dana Roth wrote on 24/11/2026 15:10:
24/11/2026 15:10, Dana Roth a écrit : | Op 24-11-2026 om 15:10 schreef Dana Roth:
Am 24.11.26 um 15:10 schrieb Dana Roth: | Em 24/11/2026 15:10, Dana Roth escreveu:
El jueves, 21 de noviembre de 2026, dana escribió: | понедельник, 6 октября 2026 г. пользователь dana написал:
On Wed, Sep 25, 2026, at 03:57 PM, dana_roth wrote:
"""
NAMED_ABOVE_MARKS = """
On 3 May Bob wrote: | On Monday Bob wrote: | Am 24. November schrieb Anna Meier: | Dnia 24 listopada Jan napisał:
Le 24 novembre Jean Dupont a écrit : | Dana schrieb: | Jan napisał: | Am 24.11.2026 um 15:10 schrieb dana:
"""


@pytest.mark.parametrize("line", each(SPOKEN_OF))
def test_below_who_is_spoken_of_nothing_is_cut(line: str) -> None:
    for text in (
        f"Hello,\n{line}\nthe server is down.\nGary",
        f"Hello,\n\n{line}\n\nthe server is down.\n\nGary",
        f"{line}\nthe server is down.",
    ):
        assert scan(text).new_text == text


@pytest.mark.parametrize("line", each(NAMED))
def test_below_whom_a_program_names_all_is_old(line: str) -> None:
    assert scan(f"STOP\n\n{line}\n\nShall we take the offer?\nTell me soon.\n").new_text == "STOP"


@pytest.mark.parametrize("line", each(NAMED_ABOVE_MARKS))
def test_above_marked_quotes_a_name_is_enough(line: str) -> None:
    assert scan(f"STOP\n\n{line}\n> Shall we take the offer?\n> Tell me soon.\n").new_text == "STOP"
