"""Made-up people: names and numbers drawn from a fixed seed; nobody real."""

from random import Random

from contacts.intake.arriving import Draft
from vault.phone import Number

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
COMPOUND = ("欧阳", "司马", "上官", "诸葛")
GIVEN = "子涵雨桐浩然思远静怡欣晓燕志强建国文霞明辉海芳雪梅俊杰家豪若溪"
COMPANIES = (
    "远航资本",
    "静水家族办公室",
    "磊石贸易",
    "墨方科技",
    "雨桐设计工作室",
    "青禾软件",
    "启明纺织",
    "蓝汀物流",
    "望海水产",
    "北辰电气",
)
TITLES = ("财务总监", "总经理", "创始人", "副总", "出纳", "法人代表", "")
PREFIXES = ("130", "133", "136", "138", "139", "150", "158", "166", "177", "186", "188", "199")


def draw(rng: Random, taken: set[str]) -> Draft:
    """One more made-up person with a number nobody in the office has yet."""
    surname = rng.choice(COMPOUND) if rng.random() < 0.04 else rng.choice(SURNAMES)
    name = surname + "".join(rng.choice(GIVEN) for _n in range(rng.choice((1, 2, 2))))
    digits = ""
    while not digits or digits in taken:
        digits = f"86{rng.choice(PREFIXES)}0000{rng.randrange(10_000):04d}"
    taken.add(digits)
    company = rng.choice(COMPANIES) if rng.random() < 0.7 else ""
    return Draft(
        name=name,
        numbers=(Number(digits, "mobile", "CN"),),
        company=company,
        title=rng.choice(TITLES) if company else "",
    )
