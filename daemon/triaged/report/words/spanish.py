"""The report in Spanish. Data, no logic."""

from types import MappingProxyType

from triaged.report.words.shape import ClientWords, Words

WORDS = Words(
    language="es",
    title="Capacidad de respuesta",
    everybody="Todos los clientes",
    nothing="Ningún mensaje de un cliente en ese tiempo.",
    counted="Cuántos",
    messages="Mensajes recibidos",
    how_messages="Todos los mensajes del cliente que llegaron en el periodo, también de robots y listas.",
    arrived=MappingProxyType(
        {
            "office": "en horas acordadas",
            "off": "a otras horas",
            "weekend": "en fin de semana",
            "holiday": "en día festivo",
            "away": "en un día de ausencia",
        }
    ),
    arrival="Cuándo llegaron",
    how_arrived="Según las horas acordadas cuando llegó cada mensaje. Cada uno cuenta una vez: en horas acordadas, si no en"
    " festivo, día de ausencia, fin de semana o a otra hora.",
    outside="Fuera de las horas acordadas",
    decided="Cómo se decidió",
    verdicts=MappingProxyType(
        {
            "urgent": "urgentes",
            "deferrable": "aplazables",
            "left": "sin tocar",
            "before triaged": "antes de triaged",
        }
    ),
    how_verdicts="Según se decidió al llegar.",
    questions="Preguntas hechas",
    how_questions="Mensajes escritos por personas, sin meros agradecimientos, robots ni listas. Lo que se añade antes de la"
    " respuesta pertenece a la misma pregunta.",
    talked="Tratadas en una llamada",
    how_talked="La llamada para la que se prometieron empezó antes de una respuesta escrita.",
    waiting="Esperan respuesta ahora",
    how_waiting="Hechas en el periodo y no respondidas por nadie hasta este informe.",
    older="Más antiguas que aún esperan",
    promises="Promesas hechas",
    how_promises="Comunicadas al cliente en el periodo. Cumplida: salió una respuesta, o empezó la llamada, antes del primero"
    " de los momentos que se dijeron. Rota: ese momento pasó sin ello.",
    kept=MappingProxyType(
        {
            "kept": "cumplidas",
            "late": "cumplidas con retraso",
            "broken": "rotas",
            "open": "abiertas",
            "settled": "resueltas a mano",
        }
    ),
    passes="Pases de última hora gastados",
    bursts="Ráfagas",
    how_bursts="Veces que un cliente escribió o llamó al menos tres veces en 20 minutos.",
    times="Con qué rapidez",
    how_times="El reloj empieza con el primer mensaje de una pregunta. Una respuesta automática acusa recibo y nunca cuenta"
    " como respuesta; una respuesta es un mensaje que se refiere al hilo.",
    acknowledged="Primer acuse de recibo",
    answered="Primera respuesta de una persona",
    elapsed="por reloj",
    in_hours="en horas acordadas",
    median="mediana",
    median_of="mediana de {count}",
    p90="90 % en menos de",
    worst="la más larga",
    count="número",
    waiting_list="Esperan respuesta",
    client="cliente",
    since="desde",
    age="espera",
    subject="asunto",
    by_hand="Movidos a mano",
    how_by_hand="Mensajes que usted movió contra la decisión, según la regla que decidió. Conviene revisar esas reglas.",
    rule="regla",
    moved="movidos a mano",
    moved_of="{moved} de {decided} veces",
    when_plot="Cuándo escribieron",
    how_when="Mensajes por día y hora ({zone}). Cuanto mayor el punto, más mensajes; la banda son las horas acordadas ahora.",
    agreed="horas acordadas",
    answers_plot="Cuánto tardaron las respuestas",
    how_answers="Mediana, en horas acordadas, desde una pregunta hasta la primera respuesta de una persona; la línea fina llega"
    " al tiempo en que se respondió al 90 %. La línea escalonada es lo prometido (mediana).",
    promised="prometido",
    promises_plot="Qué fue de las promesas",
    how_promises_plot="Según el día en que se comunicaron.",
    each_plot="Cliente por cliente",
    how_each="Mediana, en horas acordadas, hasta la primera respuesta de una persona, todos en la misma escala; la línea"
    " escalonada es lo prometido.",
    as_table="Como tabla",
    steps=MappingProxyType({"day": "Día", "week": "Semana del", "month": "Mes"}),
    hour="hora",
    hours_axis="horas",
    footer="Escrito por triaged a partir de lo que recuerda de su correo.",
)

CLIENT_WORDS = ClientWords(
    title="Nuestra correspondencia, {period}",
    between="{client} y {me}",
    agreed="Lo acordado",
    hours="Horas",
    always="a cualquier hora",
    until="hasta el {date}: {hours}",
    calls="Llamadas",
    every_weeks="cada {n} semanas",
    minutes="{n} minutos",
    done="Lo hecho",
    received_one="Llegó un mensaje de su parte.",
    received_many="Llegaron {n} mensajes de su parte.",
    inside_all="Todo llegó en las horas acordadas.",
    inside_some="En las horas acordadas: {inside}; en otros momentos: {outside}.",
    acknowledged="Un primer acuse de recibo salió en {median} (mediana).",
    answered_one="Una pregunta se respondió por escrito, en {median} de horas acordadas.",
    answered_many="{n} preguntas se respondieron por escrito: la mitad en menos de {median} de horas acordadas, nueve de cada diez"
    " en menos de {p90}.",
    talked_one="Una pregunta se trató en nuestra llamada.",
    talked_many="{n} preguntas se trataron en nuestras llamadas.",
    kept_one="Una respuesta o llamada estaba anunciada para un momento concreto, y se cumplió.",
    kept_all="{n} respuestas y llamadas estaban anunciadas para un momento concreto, y todas se cumplieron.",
    kept_some="{n} respuestas y llamadas estaban anunciadas para un momento concreto; cumplidas: {kept}.",
    late_one="Una llegó más tarde de lo anunciado.",
    late_many="{n} llegaron más tarde de lo anunciado.",
    missed_one="Una está aún pendiente.",
    missed_many="{n} están aún pendientes.",
    open_none="No hay preguntas abiertas.",
    open_one="Hay una pregunta abierta, del {date}.",
    open_many="Hay {n} preguntas abiertas, la más antigua del {date}.",
    nothing="No llegó ningún mensaje en este tiempo.",
    how="Cómo se cuenta",
    how_text="Contado según cuándo llegó o salió cada mensaje. Las respuestas automáticas acusan recibo y nunca cuentan como"
    " respuestas. El tiempo de una respuesta va del primer mensaje de una pregunta al primer mensaje que una persona escribió en"
    " respuesta; el tiempo en horas acordadas deja fuera noches, fines de semana y todo lo que queda fuera de esas horas, según lo"
    " acordado ese día.",
    paste="Para pegar en un mensaje",
    when_plot="Cuándo llegaron los mensajes",
    promises="Respuestas y llamadas anunciadas",
    how_promises="Anunciadas en este tiempo. Cumplida: salió una respuesta, o empezó la llamada, antes del primero de los momentos anunciados.",
    promises_plot="Qué fue de lo anunciado",
    how_promises_plot="Según el día del anuncio.",
    kept=MappingProxyType(
        {
            "kept": "cumplidas",
            "late": "más tarde de lo anunciado",
            "broken": "pendientes",
            "open": "por venir",
            "settled": "resueltas",
        }
    ),
    footer="Contado automáticamente según cuándo llegó o salió cada mensaje.",
)
