"""Thanks, a no and STOP in the words of people who write eight languages, and what only sounds like them."""

import pytest

from triaged.core.kinds import is_stop, kinds_of
from triaged.core.message import Message, read_raw
from triaged.core.objection import objects


def each(phrases: str) -> list[str]:
    return [phrase for line in phrases.strip().splitlines() for phrase in line.split(" | ")]


def mail(body: str) -> Message:
    head = "From: Gary Smith <gary@harbor.example>\nTo: Dana Roth <dana@roth.example>\nSubject: Re: Offer"
    return read_raw(f"{head}\n\n{body}\n".encode())


def is_courtesy(body: str) -> bool:
    return "courtesy" in kinds_of(mail(body), None)


THANKS = """
Thanks again for all your help today. | Thank you for your time today.
Merci d'avoir répondu si vite. | Ok pour vendredi. | Está perfecto, gracias. | Danke, sehr nett! | Danke fürs Kümmern!
Danke fürs schnelle Antworten! | Dankeschön, hat alles super funktioniert. | Appreciate your help! | No problem.
That's great news, thank you! | Nice one, thanks. | You're very welcome. | Thanks for sending this over. | All clear, thanks.
Thanks, I appreciate the quick reply. | Thank you for the clarification, that makes sense. | No problem at all, thank you
Thank you for the fast turnaround! | We are very happy with the result, thank you. | Very kind of you, thank you.
It was great talking to you today, thank you. | Wonderful news, thank you! | Thanks for the update and see you Friday
Vielen Dank, das hilft mir weiter. | Danke, ist angekommen. | Danke, hab ich bekommen. | Danke und liebe Grüße
Funktioniert wieder einwandfrei, vielen Dank! | Das freut mich, danke. | Das ging ja schnell, danke! | Merci vielmals!
Besten Dank im Namen des ganzen Teams! | Der Drucker druckt wieder, danke. | Danke für die Info und bis Freitag
Danke für die Info, bis Freitag | Le agradezco mucho su ayuda.
Thanks! | Thank you, Dana. | Thanks Dana, much appreciated! | Thanks a lot, that was quick! | Great, thanks!
Perfect, thank you very much. | Thanks for letting me know. | Thanks for the update!
Thanks for getting back to me so quickly. | Many thanks for your help, Dana. Have a nice weekend! | Ok thanks
ok, thank you! | Okay, sounds good. | Sounds good, see you then. | Got it, thanks! | Noted, thank you.
Will do, thanks. | That's fine, thanks. | That is fine with us. | No problem, thank you.
No worries, thanks for letting me know. | Sure, thanks! | Yes, that's fine. | Yes, thank you. | Yes, Friday is fine.
Friday works for me. | Friday is fine, thanks. | Cheers, Gary | Brilliant, cheers! | Lovely, thank you.
All sorted now, thank you! | It is working again. Thank you! | It's working now, thanks! | Works again, thanks a lot!
That fixed it, thank you! | That solved the problem, thanks. | Understood. Thank you for the explanation.
Awesome work, thank you! | You are a lifesaver! | Thank you for your patience. | Thanks for the quick response!
Thank you for the great meeting. | Received, thank you. | Received with thanks. | Confirmed, thanks. | Agreed.
Looking forward to it! | See you on Friday! | See you tomorrow, thanks! | Have a great weekend!
Merry Christmas and a happy new year! | Congratulations! | Get well soon! | 👍 | 👍👍 | 🙏 | 👌 thanks | Thank you 😊 | Thx
Tks | Thnx! | Danke! | Vielen Dank! | Danke schön! | Dankeschön | Besten Dank | Herzlichen Dank! | Tausend Dank!
Danke dir! | Danke Ihnen! | Danke, Dana. | Danke für die Info! | Danke für die Rückmeldung.
Danke für Ihre schnelle Antwort! | Vielen Dank für Ihre Hilfe und ein schönes Wochenende!
Danke für die schnelle Erledigung. | Danke, alles klar. | Alles klar, danke! | Alles klar, bis dann! | Ok, danke.
Okay, vielen Dank. | Ok, passt. | Passt, danke! | Passt. | Perfekt, danke! | Super, danke! | Prima, danke schön.
Wunderbar, vielen Dank. | Klasse! | In Ordnung. | In Ordnung, danke. | Einverstanden. | Gerne. | Ja, gerne. | Ja, passt.
Ja, danke. | Verstanden, danke. | Geht klar! | Gut, danke. | Freitag passt. | Freitag passt gut, danke. | Bis Freitag!
Dann bis Freitag! | Bis dann! | Bis morgen! | Schönes Wochenende! | Schönen Tag noch! | Schönen Feierabend!
Läuft wieder, danke! | Geht wieder, vielen Dank! | Funktioniert wieder. Danke! | Jetzt geht es, danke!
Jetzt funktioniert alles, vielen Dank! | Hat geklappt, danke! | Das hat geholfen, danke! | Problem gelöst, danke!
Hat sich erledigt, danke. | Hat sich erledigt. | Gute Besserung! | Frohe Ostern! | Herzlichen Glückwunsch!
Ich danke Ihnen. | Ich bedanke mich. | Merci! | Merci beaucoup | Merci bien | Merci à vous | Merci, Dana.
Un grand merci ! | Mille mercis | Merci pour votre réponse. | Merci pour l'info ! | Merci pour votre aide.
Merci pour votre retour rapide. | Merci beaucoup pour votre réactivité, bon week-end ! | Je vous remercie.
Je vous remercie pour votre réponse. | Parfait, merci ! | Très bien, merci. | C'est parfait, merci. | C'est noté, merci.
Bien reçu, merci. | Bien noté. | Super, merci ! | D'accord, merci. | Ok merci | Entendu. | Ça marche !
Ça marche, merci. | Ça me va. | Pas de souci, merci. | Avec plaisir. | Vendredi me convient. | À vendredi ! | À bientôt
À demain | Bonne journée ! | Bon week-end ! | Joyeux Noël ! | Ça fonctionne, merci ! | Tout fonctionne, merci beaucoup.
C'est réglé, merci. | Problème résolu, merci ! | Gracias | Muchas gracias | Mil gracias | Muchísimas gracias
Gracias, Dana. | Gracias por la información. | Gracias por su respuesta. | Gracias por tu ayuda.
Muchas gracias por la ayuda, ¡buen fin de semana! | Perfecto, gracias. | Muy bien, gracias. | Vale, gracias. | Vale
Ok, gracias | De acuerdo. | De acuerdo, gracias. | Entendido, gracias. | Recibido, gracias. | Genial, gracias.
Estupendo, muchas gracias. | Me parece bien. | Me parece perfecto. | El viernes me va bien. | El viernes está bien.
Hasta el viernes | Hasta mañana | Hasta luego | Nos vemos el viernes | Buen fin de semana | Feliz Navidad
Ya funciona, gracias. | Funciona de nuevo, gracias. | Problema resuelto, gracias. | Grazie | Grazie mille | Tante grazie
Molte grazie | Grazie, Dana | Grazie per la risposta | Grazie per l'aiuto | Grazie per l'aggiornamento
Perfetto, grazie | Va bene | Va bene, grazie | Benissimo, grazie | Ottimo, grazie! | D'accordo | D'accordo, grazie
Ricevuto, grazie | Capito, grazie | Per me va bene | Venerdì va bene | A venerdì | A domani | A presto | Buona giornata!
Buon fine settimana! | Buon lavoro | Buon Natale | Ora funziona, grazie | Funziona tutto, grazie mille!
Problema risolto, grazie | La ringrazio | Ti ringrazio | Bedankt! | Hartelijk dank | Heel erg bedankt! | Dank je wel
Dank u wel | Dankjewel | Bedankt voor je reactie | Bedankt voor de snelle reactie! | Bedankt voor de info
Alvast een fijn weekend! | Fijn weekend! | Prettige dag nog | Oké, bedankt | Oke, dank je | Prima, bedankt | Prima
Top, bedankt! | Helemaal goed | Akkoord | Is goed | Dat is goed | Begrepen, bedankt | Ontvangen, dank | Vrijdag is prima
Tot vrijdag | Tot morgen | Tot dan | Het werkt weer, bedankt! | Alles werkt weer, bedankt! | Opgelost, bedankt
Fijne feestdagen | Obrigado | Obrigada | Muito obrigado | Muito obrigada, Dana | Obrigado pela resposta
Obrigado pela ajuda | Obrigado pela informação | Perfeito, obrigado | Ótimo, obrigado | Ok, obrigada
Está bem, obrigado | Combinado | Combinado, obrigado | De acordo | Entendido, obrigado | Recebido, obrigado
Por mim está bem | Sexta está bem | Até sexta | Até amanhã | Até logo | Bom fim de semana | Bom dia e obrigado
Feliz Natal | Já funciona, obrigado | Agora funciona, muito obrigado | Problema resolvido, obrigado | Agradeço
Agradeço a resposta | Dziękuję | Dziękuję bardzo | Bardzo dziękuję | Dzięki | Wielkie dzięki | Dzięki za odpowiedź
Dziękuję za odpowiedź | Dziękuję za pomoc | Dziękuję za informację | Ok, dziękuję | Ok, dzięki | Dobrze, dziękuję
Super, dzięki | Świetnie, dziękuję | Zgoda | W porządku | W porządku, dziękuję | Zgadzam się | Rozumiem, dziękuję
Pasuje | Piątek pasuje | Do piątku | Do zobaczenia | Do jutra | Miłego dnia | Miłego weekendu | Dobrego dnia
Już działa, dziękuję | Działa, dzięki | Wesołych Świąt
"""

NO_THANKS = """
Thanks for your answer today. | Thanks for your help today or never
Danke fürs Warten lassen | Danke fürs Nichtantworten. | Appreciate a call back. | I'd appreciate your help. | No problem if you pay.
Nice one, you broke it. | You're welcome to call me. | Great news: we are leaving. | Thank you for sending it over today.
Ok pour vendredi si vous payez. | Thanks for looking into it by Friday.
Danke für Ihre Rückmeldung bis morgen. | Danke für die Erledigung bis Freitag! | Thanks for calling me back today.
Danke für die Info bis Freitag | Thanks for the report until Friday | Der Drucker druckt wieder nicht, danke.
We are not very happy with the result, thank you. | That makes no sense. | Das hilft mir nicht weiter.
Thanks, but no thanks | Thanks, when will it be done | Thanks. When? | Thanks, please call me
Thanks for calling me back asap | Thank you for your prompt attention to this matter
Thank you for your understanding that we need it today | Thanks for sending it today
Thanks for getting this done by Friday | Thank you for fixing the server today | Thanks for looking into it
Thanks for nothing! | Thanks a lot, now everything is broken | Thanks to you we lost the client
Great, now nothing works | Great. Just great. | Perfect, another outage | Fine, do what you want
Fine. I will find someone else. | OK, but call me first | Ok, call me | Ok, then tomorrow at the latest | OK so what now
Yes, but not before Friday | No | No thanks | No thank you | Not ok | Not good | That's not fine
It's not working, thanks | It works again but not the printer | Still not working, thanks | Never mind | Forget it
Whatever | I would appreciate a call | I'd appreciate your help | Appreciate a quick reply
Looking forward to your reply | Looking forward to hearing from you | I look forward to your answer
Hope to hear from you soon | Thanks and waiting for your reply | Thank you. We are leaving you.
Thank you, I have paid the invoice | Thanks, I am ill today | Thanks, my number is 030 1234567 | Thanks, see attachment
See you in court | Good luck finding another client | Happy now | Congratulations, you lost us | Danke, aber nein
Danke, aber das hilft nicht | Danke nein | Nein danke | Nein, danke. | Danke für nichts | Danke, wann ist es fertig
Danke, bitte zurückrufen | Danke für Ihren Rückruf | Danke für einen Rückruf | Danke für eine schnelle Antwort
Danke für eine baldige Rückmeldung | Danke für Ihre Mühe, aber es geht noch nicht | Danke, geht immer noch nicht
Läuft nicht, danke | Geht wieder nicht | Geht nicht, danke | Super, jetzt geht gar nichts mehr
Toll, schon wieder kaputt | Prima, wieder eine Woche warten | Na super | Na toll | Na danke | Passt mir nicht
Freitag passt nicht | Freitag passt mir nicht | Ok, aber bis Freitag | Ok, dann rufen Sie mich an
Ja, aber nicht am Freitag | Alles klar, dann kündige ich | Gut, dann eben nicht | Schön wärs | In Ordnung ist das nicht
Bis Freitag brauche ich das | Bis Freitag bitte | Ich wäre dankbar für einen Rückruf | Vielen Dank vorab
Vielen Dank im Voraus | Besten Dank im Voraus | Danke schon mal | Danke schonmal | Ich freue mich auf Ihre Antwort
Merci de m'appeler | Merci de nous rappeler | Merci d'avance | Merci par avance | Merci de bien vouloir confirmer
Non merci | Merci mais non | Merci, mais ça ne marche pas | Ça ne marche pas | Ça ne me convient pas | Ça ne me va pas
Vendredi ne me convient pas | Super, encore une semaine | Parfait, encore une panne | D'accord, mais avant vendredi
Dans l'attente de votre réponse, merci | Je vous remercie de me rappeler | Gracias, pero no | No, gracias | No gracias
Gracias por adelantado | Gracias por nada | Gracias por llamarme | No funciona, gracias | Sigue sin funcionar, gracias
No me parece bien | El viernes no me va bien | Vale, pero antes del viernes | Vale, llámame | Quedo a la espera, gracias
Espero su respuesta. Gracias. | Genial, otra semana más | No, grazie | Grazie, ma no | Grazie in anticipo
Grazie di nulla | Grazie, mi chiami | Non va bene | Non funziona, grazie | Venerdì non va bene
Va bene, ma prima di venerdì | Resto in attesa, grazie | Attendo risposta, grazie | Perfetto, un altro guasto
Nee, bedankt | Nee dank je | Bedankt, maar nee | Alvast bedankt | Bij voorbaat dank | Bedankt voor niets
Het werkt niet, bedankt | Werkt nog steeds niet, bedankt | Niet akkoord | Vrijdag is niet goed
Prima, maar voor vrijdag | Graag een reactie, bedankt | Não, obrigado | Obrigado, mas não | Obrigado desde já
Obrigado por nada | Não funciona, obrigado | Não está bem | Sexta não dá | Combinado, mas antes de sexta
Aguardo resposta, obrigado | Fico a aguardar, obrigada | Nie, dziękuję | Dziękuję, ale nie | Z góry dziękuję
Dziękuję z góry | Nie działa, dziękuję | Nie pasuje | Piątek nie pasuje | Dobrze, ale przed piątkiem
Czekam na odpowiedź, dziękuję | Proszę o odpowiedź, dziękuję
"""

OBJECTIONS = """
This has to be fixed today. | I want to speak to your manager. | Can I talk to a colleague of yours?
It's more urgent than that. | Es muss heute sein. | Das muss heute noch erledigt werden. | Kann ein Kollege helfen?
Wer kann uns denn heute helfen? | Ich möchte Ihren Vorgesetzten sprechen. | Das duldet keinen Aufschub.
C'è un collega che può aiutarmi? | È molto urgente. | Is er een collega die kan helpen?
Unfortunately not. | Not really, the auditors come tomorrow. | I'm afraid not. | Sadly no. | Leider nein. | Leider nicht!
Nein, leider. | Auf keinen Fall! | Malheureusement non. | Je crains que non. | Lamentablemente no. | Me temo que no.
Purtroppo no. | Helaas niet. | Infelizmente não. | Niestety nie.
No, that's too late. | No way! | I can't wait that long. | We can't wait until Friday. | That is not soon enough.
I need an answer today. | I need it sooner. | Friday is too late | We need this earlier | This cannot wait
This can't wait until Friday. | It's urgent! | This is urgent, please call me. | Is there anyone else who can help
Can someone else look at it? | Who can help me instead? | Who is covering for you? | Who is your deputy?
Not acceptable. | I don't agree | I do not accept this | That won't do | That will not work | This is an emergency
I need to speak to somebody now | Sorry, but it has to be today | Nein | Nein, das ist zu spät. | Das ist mir zu spät
Das dauert zu lange | So lange kann ich nicht warten | Ich kann nicht so lange warten
Wir können nicht bis Freitag warten. | Freitag ist zu spät | Das reicht nicht | Ich brauche heute eine Antwort
Wir brauchen das früher | Geht das nicht früher | Das kann nicht warten! | Das hat keine Zeit bis Freitag
Es ist dringend | Es eilt! | Das ist ein Notfall | Wer kann mir sonst helfen? | Gibt es eine Vertretung?
Wer vertritt Sie? | An wen kann ich mich wenden? | Kann jemand anderes helfen? | Damit bin ich nicht einverstanden
Das akzeptiere ich nicht | Auf keinen Fall | Das geht nicht | Non | Non, c'est trop tard | C'est trop tard
C'est trop long | Je ne peux pas attendre | Nous ne pouvons pas attendre vendredi | Ça ne peut pas attendre
J'ai besoin d'une réponse aujourd'hui | Il nous faut ça plus tôt | C'est urgent | C'est une urgence
Qui peut m'aider à votre place ? | Y a-t-il quelqu'un d'autre ? | Qui vous remplace ? | Je ne suis pas d'accord
Ce n'est pas acceptable | C'est inacceptable | Ça ne va pas | Pas question | Hors de question | No
No, es demasiado tarde | Es demasiado tarde | Es muy tarde para nosotros | No puedo esperar
No podemos esperar hasta el viernes | Esto no puede esperar | Necesito una respuesta hoy | Lo necesitamos antes
Es urgente | Es una emergencia | ¿Hay alguien más? | ¿Quién le sustituye? | ¿Quién más puede ayudarme?
No estoy de acuerdo | No es aceptable | Es inaceptable | Así no | De ninguna manera | No, è troppo tardi
È troppo tardi | Non posso aspettare | Non possiamo aspettare fino a venerdì | Mi serve oggi | Ci serve prima
È urgente | È un'emergenza | C'è qualcun altro? | Chi la sostituisce? | Chi altro può aiutarmi? | Non sono d'accordo
Non è accettabile | È inaccettabile | Assolutamente no | Nee | Nee, dat is te laat | Dat is te laat | Dat duurt te lang
Ik kan niet wachten | Wij kunnen niet tot vrijdag wachten | Dit kan niet wachten | Ik heb vandaag een antwoord nodig
We hebben het eerder nodig | Het is dringend | Het is spoed | Is er iemand anders? | Wie vervangt u?
Wie kan mij anders helpen? | Daar ben ik het niet mee eens | Dat is niet acceptabel | Onacceptabel | Geen sprake van
Não | Não, é tarde demais | É tarde demais | É muito tarde | Não posso esperar | Não podemos esperar até sexta
Isto não pode esperar | Preciso de uma resposta hoje | Precisamos disso antes | É urgente | É uma emergência
Há mais alguém? | Quem o substitui? | Quem mais pode ajudar? | Não concordo | Não é aceitável | É inaceitável
De maneira nenhuma | Nie | Nie, to za późno | To za późno | To za długo | Nie mogę czekać | Nie możemy czekać do piątku
To nie może czekać | Potrzebuję odpowiedzi dzisiaj | Potrzebujemy tego wcześniej | To pilne | To jest pilne
Czy jest ktoś inny? | Kto Pana zastępuje? | Kto inny może pomóc? | Nie zgadzam się | To niedopuszczalne
To nie do przyjęcia | Wykluczone
"""

NO_OBJECTIONS = """
You need not answer today. | No, thank you, that's all. | Nein, alles gut. | Ich brauche es nicht heute.
The train was too late yesterday, hence my question. | Der Zug war zu spät, daher die Frage. | Non, rien d'autre.
No lo necesito hoy. | No, nada más. | Non mi serve oggi. | Ik heb het vandaag niet nodig.
Unfortunately not all of them fit, but Friday is fine. | I am afraid not everybody knows | Leider nicht dabei: die Liste
Malheureusement non remboursable, mais peu importe | Not really urgent. | Lamentablemente no vino nadie
Yes, it can wait until Friday. | Friday is fine. | Not urgent at all. | No problem. | No worries, take your time.
No hurry. | No need to hurry | Thanks, no rush | I can wait | It is not too late | No questions from my side
No news yet | We have no objections | I have no objection | That's not a problem | It's no emergency
Can't wait to meet you | Kein Problem | Keine Eile | Eilt nicht | Das eilt nicht | Ist nicht dringend | Das kann warten
Kann bis Freitag warten | Keine Einwände | Nicht zu spät | Ich kann warten | Nichts Dringendes | Kein Notfall
Pas de problème | Pas de souci | Rien ne presse | Ce n'est pas urgent | Ça peut attendre | Pas pressé | Aucune objection
No hay problema | No hay prisa | No es urgente | Puede esperar | Sin problema | Nessun problema | Non c'è fretta
Non è urgente | Può aspettare | Nessuna obiezione | Geen probleem | Geen haast | Het is niet dringend | Het kan wachten
Geen bezwaar | Sem problema | Não há pressa | Não é urgente | Pode esperar | Sem pressa | Nie ma problemu
Nie ma pośpiechu | To nie jest pilne | Może poczekać | Nie spieszy się | Bez pośpiechu | Ich muss heute zum Arzt
Wie früher besprochen | Muszę dziś wyjść | Ik heb vandaag de offerte gestuurd | No, it can wait
The printer is too slow
"""


@pytest.mark.parametrize("text", each(THANKS))
def test_people_thank_agree_and_wish_like_this(text: str) -> None:
    assert is_courtesy(text)
    assert not objects(text)


@pytest.mark.parametrize("text", each(NO_THANKS))
def test_people_ask_refuse_and_complain_with_the_same_words(text: str) -> None:
    assert not is_courtesy(text)


@pytest.mark.parametrize("text", each(OBJECTIONS))
def test_people_object_like_this(text: str) -> None:
    assert objects(text)
    assert not is_courtesy(text)


@pytest.mark.parametrize("text", each(NO_OBJECTIONS))
def test_people_who_agree_or_tell_something_do_not_object(text: str) -> None:
    assert not objects(text)


STOPS = {
    "en": "STOP | Stop. | Please stop | Stop please | Unsubscribe | stop!",
    "de": "STOP | Stopp | Stopp! | Bitte stopp | Abmelden | Bitte keine automatischen Antworten mehr | Aufhören",
    "fr": "STOP | Stop | Arrêtez | Arrêter | Arrêt | Désabonner | Stop svp | Désinscription",
    "es": "STOP | Alto | Parar | Baja | Basta | Detener | Pare | Por favor, pare",
    "it": "STOP | Basta | Ferma | Fermare | Smettere | Cancellami | Disiscrivi",
    "nl": "STOP | Stoppen | Stop alsjeblieft | Afmelden | Stop aub | Uitschrijven",
    "pt": "STOP | Parar | Pare | Pára | Cancelar | Sair",
    "pl": "STOP | Zatrzymaj | Przestań | Wypisz | Stop proszę | Koniec | Wypisz mnie",
}
NO_STOPS = "Stop by tomorrow | Stop the server | Don't stop | Please stop the printer | Bus stop | Stopp, das ist falsch: bitte anrufen | Nonstop"


@pytest.mark.parametrize(("language", "words"), STOPS.items())
def test_stop_is_said_in_each_language(language: str, words: str) -> None:
    assert [word for word in each(words) if not is_stop(mail(word), language)] == []
    assert [text for text in each(NO_STOPS) if is_stop(mail(text), language)] == []
