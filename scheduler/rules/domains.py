"""Which mail domains say what company somebody belongs to."""

from __future__ import annotations

# Providers that give an address to anybody: in Japan the portals, carriers and the larger internet providers, elsewhere the
# well-known ones. Below each, subdomains count too (xxx.softbank.ne.jp, yahoo.co.jp, yahoo.com.tw).
_FREE = """
gmail.com googlemail.com outlook.com outlook.jp hotmail.com hotmail.co.jp live.com live.jp msn.com
icloud.com me.com mac.com aol.com aol.jp gmx.com gmx.net mail.com proton.me protonmail.com pm.me zoho.com
yandex.com mail.ru qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net
yahoo.com yahoo.co.jp yahoo.ne.jp ybb.ne.jp ymail.ne.jp ymail.com rocketmail.com excite.co.jp goo.jp mail.goo.ne.jp
infoseek.jp rakuten.jp livedoor.com nifty.com nifty.ne.jp biglobe.ne.jp so-net.ne.jp ocn.ne.jp plala.or.jp dti.ne.jp
odn.ne.jp asahi-net.or.jp hi-ho.ne.jp eonet.ne.jp jcom.home.ne.jp jcom.zaq.ne.jp zaq.ne.jp commufa.jp tcn.jp
docomo.ne.jp dion.ne.jp ezweb.ne.jp au.com auone.jp auone-net.jp softbank.ne.jp softbank.jp i.softbank.jp vodafone.ne.jp
disney.ne.jp willcom.com pdx.ne.jp ymobile.ne.jp ymobile1.ne.jp emobile.ne.jp uqmobile.jp rakumail.jp
"""
FREE_PROVIDERS = frozenset(_FREE.split())


def company_domain(email: str) -> str:
    """Return the domain of an address in lower case, empty where it is that of a provider open to anybody."""
    domain = email.rpartition("@")[2].strip().lower()
    parts = domain.split(".")
    parents = {".".join(parts[start:]) for start in range(len(parts))}
    return "" if parents & FREE_PROVIDERS or len(parts) < 2 else domain
