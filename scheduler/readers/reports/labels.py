"""What a report's column is, by its name in any of the languages and versions seen."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from scheduler.readers.moments import Unit

# Labels as `label` leaves them; FORMATS, sections 1 to 8, says where each was seen. The European ones stand beside
# durations and dates of theirs that were seen: German, French, Spanish, Portuguese, Italian, Polish.
_ALIASES = {
    "name": (
        "name username fullname participantname attendeename nome nombre nom nazwa imięinazwisko vollständigername "
        "nomcomplet nombrecompleto nomecompleto 名前 ユーザー名 氏名 お名前 参加者名 参加者氏名 出席者名 受講者名 フルネーム 完全な名前"
    ),
    "display": "displayname nomedeexibição 表示名",
    "first": "firstname givenname vorname prénom 名",
    "last": "lastname surname familyname sobrenome nachname 姓",
    "email": (
        "email emailaddress useremail mail mailaddress attendeeemail participantemail emaildoconvidado emailutente "
        "correoelectrónico adresseemail adresemail emaildousuário benutzeremail "
        "ユーザーメール ユーザーのメール ユーザーのメールアドレス メールアドレス メール eメール"
    ),
    "join": (
        "jointime joined joinedat timejoined entrytime horadaentrada horadeentrada horadeingresso horadeunión "
        "oradiingresso oradientrata beitrittszeit teilnahmezeit heuredarrivée heuredeconnexion czasdołączenia "
        "godzinadołączenia 参加時刻 参加時間 参加日時 入室時刻 入室時間 入室日時 入室"
    ),
    "leave": (
        "leavetime left leftat timeexited exittime horadasaída horadesaída horadesalida oradiuscita austrittszeit "
        "verlassenum heurededépart heurededéconnexion czasopuszczenia godzinaopuszczenia "
        "退出時刻 退出時間 退出日時 退出 退室時刻 退室時間 退室日時 退室"
    ),
    "first_join": (
        "firstjoin firstjointime ersterbeitritt primeiraentrada primeraunión primeraentrada premièreconnexion "
        "primoaccesso pierwszedołączenie 初めての参加"
    ),
    "last_leave": (
        "lastleave lastleavetime lastexittime letzteraustritt letztesverlassen últimasaída últimasalida "
        "dernièredéconnexion dernierdépart ultimauscita ostatnieopuszczenie 最終退出"
    ),
    "duration": (
        "duration totalduration inmeetingduration attendanceduration insessionduration timeinsession totaltimespent "
        "duraçãodapresença duraçãodareunião duraçãonareunião duração duraciónenlareunión duracióndelareunión duración "
        "dauer besprechungsdauer dauerderbesprechung dauerinderbesprechung gesamtdauer durée duréedelaréunion durata "
        "durataintotale duratariunione czastrwania czastrwaniaspotkania czastrwanianaspotkaniu "
        "所要時間 期間 時間 合計時間 会議の長さ 滞在時間 視聴時間 セッション時間"
    ),
    "guest": "guest isguest gast ospite invitado invité convidado ゲスト",
    "waiting": "inwaitingroom 待機室 待機室内 待機室中",
    "attended": "attended 出席 参加",
    "approval": "approvalstatus 承認ステータス",
    "role": "role função rolle rôle rol rola ruolo 役割",
    "participation": "participation",
    "action": "useraction benutzeraktion açãodousuário acciónusuario actiondelutilisateur ユーザーアクション ユーザーの操作",
    "timestamp": "timestamp zeitstempel carimbodedata/hora marcadetiempo horodatage タイムスタンプ",
    "upn": (
        "participantid teilnehmerid iddoparticipante iddeparticipante iddelparticipante idduparticipant "
        "identyfikatoruczestnika idpartecipante 参加者id"
    ),
    "personal_key": "registrantid registrationid 登録者id",
    "session": "sessionname nomedasessão",
}
_FIELD_OF = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()}
_UNITS: dict[str, Unit] = {
    **dict.fromkeys(("minutes", "minute", "mins", "min", "minuten", "minutos", "minuti", "分"), "minutes"),
    **dict.fromkeys(("seconds", "second", "secs", "sec", "秒"), "seconds"),
    **dict.fromkeys(("hours", "hour", "hrs", "時間"), "hours"),
}
_NOISE = re.compile(r"[\s*\"'’.:_\-]+")
_BRACKET = re.compile(r"\(([^()]*)\)$")
_ZONE = re.compile(r"[(\uff08]([A-Za-z]+(?:/[A-Za-z_+\-0-9]+)+|(?:UTC|GMT)(?:[+-]\d{1,2}(?::\d{2})?)?)[)\uff09]")
_LONGEST = 80


def words(listed: str) -> frozenset[str]:
    """Take apart a list of words written with spaces between them."""
    return frozenset(listed.split())


def folded(text: str) -> str:
    """Fold a cell for comparison: width and case."""
    return unicodedata.normalize("NFKC", text).casefold()


def label(cell: str) -> str:
    """Fold a header's cell as the aliases are written: also without spaces and marks; empty for a whole sentence."""
    return _NOISE.sub("", folded(cell)) if len(cell) <= _LONGEST else ""


@lru_cache(maxsize=4096)
def field_of(named: str) -> str | None:
    """Tell which field a column of this label is; None for one that says nothing of attendance."""
    if named.startswith("参加時間(") and unit_of(named):
        return "duration"
    return _FIELD_OF.get(named) or _FIELD_OF.get(_BRACKET.sub("", named))


def unit_of(named: str) -> Unit | None:
    """Tell the unit that a label names in brackets at its end."""
    bracket = _BRACKET.search(named)
    return _UNITS.get(bracket[1]) if bracket else None


def zone_of(cell: str) -> str:
    """Take the time zone that a header's cell names in brackets; empty where it names none."""
    found = _ZONE.search(cell)
    return found[1] if found else ""
