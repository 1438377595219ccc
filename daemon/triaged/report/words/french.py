"""The report in French. Data, no logic."""

from types import MappingProxyType

from triaged.report.words.shape import ClientWords, Words

WORDS = Words(
    language="fr",
    title="Réactivité",
    everybody="Tous les clients",
    nothing="Aucun message de client dans cette période.",
    counted="Combien",
    messages="Messages reçus",
    how_messages="Tous les messages du client arrivés dans la période, automates et listes compris.",
    arrived=MappingProxyType(
        {
            "office": "aux heures convenues",
            "off": "à d’autres heures",
            "weekend": "le week-end",
            "holiday": "un jour férié",
            "away": "un jour d’absence",
        }
    ),
    arrival="Quand ils sont arrivés",
    how_arrived="Selon les heures convenues au moment de l’arrivée. Chaque message compte une fois : aux heures convenues,"
    " sinon un jour férié, un jour d’absence, le week-end ou à une autre heure.",
    outside="Hors des heures convenues",
    decided="Comment ils ont été triés",
    verdicts=MappingProxyType(
        {
            "urgent": "urgents",
            "deferrable": "à différer",
            "left": "laissés tels quels",
            "before triaged": "avant triaged",
        }
    ),
    how_verdicts="Selon la décision prise à l’arrivée.",
    questions="Questions posées",
    how_questions="Messages écrits par des personnes, sans les simples remerciements, automates et listes. Ce qui s’ajoute"
    " avant la réponse fait partie de la même question.",
    talked="Traitées lors d’un appel",
    how_talked="L’appel pour lequel elles étaient promises a commencé avant une réponse écrite.",
    waiting="En attente de réponse",
    how_waiting="Posées dans la période et restées sans réponse jusqu’à ce rapport.",
    older="Plus anciennes, toujours en attente",
    promises="Promesses faites",
    how_promises="Annoncées au client dans la période. Tenue : une réponse est partie, ou l’appel a commencé, avant le"
    " premier des moments annoncés. Rompue : ce moment est passé sans cela.",
    kept=MappingProxyType(
        {
            "kept": "tenues",
            "late": "tenues en retard",
            "broken": "rompues",
            "open": "ouvertes",
            "settled": "réglées à la main",
        }
    ),
    passes="Exceptions de dernière minute utilisées",
    bursts="Rafales",
    how_bursts="Nombre de fois qu’un client a écrit ou appelé au moins trois fois en 20 minutes.",
    times="En combien de temps",
    how_times="Le temps court dès le premier message d’une question. Une réponse automatique accuse réception et ne répond"
    " jamais ; une réponse est un message qui se réfère au fil.",
    acknowledged="Premier accusé de réception",
    answered="Première réponse d’une personne",
    elapsed="à l’horloge",
    in_hours="en heures convenues",
    median="médiane",
    median_of="médiane de {count}",
    p90="90 % en moins de",
    worst="le plus long",
    count="nombre",
    waiting_list="En attente de réponse",
    client="client",
    since="depuis",
    age="attend depuis",
    subject="objet",
    by_hand="Déplacés à la main",
    how_by_hand="Messages que vous avez déplacés contre la décision, par règle. Ces règles méritent un second regard.",
    rule="règle",
    moved="déplacés à la main",
    moved_of="{moved} fois sur {decided}",
    when_plot="Quand ils ont écrit",
    how_when="Messages par jour et par heure ({zone}). Plus le point est grand, plus il y a de messages ; la bande montre les"
    " heures convenues actuellement.",
    agreed="heures convenues",
    answers_plot="Durée des réponses",
    how_answers="Durée médiane, en heures convenues, d’une question à la première réponse d’une personne ; le trait fin va"
    " jusqu’à la durée dans laquelle 90 % ont eu réponse. La ligne en escalier est ce qui était promis (médiane).",
    promised="promis",
    promises_plot="Ce que sont devenues les promesses",
    how_promises_plot="Selon le jour où elles ont été annoncées.",
    each_plot="Client par client",
    how_each="Durée médiane, en heures convenues, jusqu’à la première réponse d’une personne, à la même échelle ; la ligne en"
    " escalier est ce qui était promis.",
    as_table="En tableau",
    steps=MappingProxyType({"day": "Jour", "week": "Semaine du", "month": "Mois"}),
    hour="heure",
    hours_axis="heures",
    footer="Écrit par triaged d’après ce qu’il sait de votre courrier.",
)

CLIENT_WORDS = ClientWords(
    title="Notre correspondance, {period}",
    between="{client} et {me}",
    agreed="Ce qui est convenu",
    hours="Heures",
    always="à toute heure",
    until="jusqu’au {date} : {hours}",
    calls="Appels",
    every_weeks="toutes les {n} semaines",
    minutes="{n} minutes",
    done="Ce qui a été fait",
    received_one="Un message est arrivé de votre part.",
    received_many="{n} messages sont arrivés de votre part.",
    inside_all="Tout est arrivé aux heures convenues.",
    inside_some="Aux heures convenues : {inside} ; à d’autres moments : {outside}.",
    acknowledged="Un premier accusé de réception est parti en {median} (médiane).",
    answered_one="Une question a reçu une réponse écrite, en {median} d’heures convenues.",
    answered_many="{n} questions ont reçu une réponse écrite : la moitié en moins de {median} d’heures convenues, neuf sur dix en"
    " moins de {p90}.",
    talked_one="Une question a été traitée lors de notre appel.",
    talked_many="{n} questions ont été traitées lors de nos appels.",
    kept_one="Une réponse ou un appel était annoncé pour un moment précis, et c’est tenu.",
    kept_all="{n} réponses et appels étaient annoncés pour un moment précis, et tous ont été tenus.",
    kept_some="{n} réponses et appels étaient annoncés pour un moment précis ; tenus : {kept}.",
    late_one="Un est venu plus tard qu’annoncé.",
    late_many="{n} sont venus plus tard qu’annoncé.",
    missed_one="Un n’a pas encore eu lieu.",
    missed_many="{n} n’ont pas encore eu lieu.",
    open_none="Aucune question n’est ouverte.",
    open_one="Une question est ouverte, du {date}.",
    open_many="{n} questions sont ouvertes, la plus ancienne du {date}.",
    nothing="Aucun message n’est arrivé dans cette période.",
    how="Comment c’est compté",
    how_text="Compté d’après le moment où chaque message est arrivé ou parti. Les réponses automatiques accusent réception et ne comptent jamais"
    " comme réponses. Le temps d’une réponse va du premier message d’une question au premier message écrit par une personne en"
    " retour ; le temps en heures convenues laisse de côté nuits, week-ends et tout ce qui est hors de ces heures, telles que"
    " convenues ce jour-là.",
    paste="À coller dans un message",
    when_plot="Quand les messages sont arrivés",
    promises="Réponses et appels annoncés",
    how_promises="Annoncés dans cette période. Tenu : une réponse est partie, ou l’appel a commencé, avant le premier des moments annoncés.",
    promises_plot="Ce qu’est devenu ce qui était annoncé",
    how_promises_plot="Selon le jour de l’annonce.",
    kept=MappingProxyType(
        {
            "kept": "tenus",
            "late": "plus tard qu’annoncé",
            "broken": "pas encore",
            "open": "à venir",
            "settled": "réglés",
        }
    ),
    footer="Compté automatiquement d’après l’arrivée ou le départ de chaque message.",
)
