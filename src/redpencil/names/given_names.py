"""Given names that are common among Russian speakers: enough to tell a given name from a surname.

A name that is not here is not thereby a surname; its role then stays unknown. The list is ours, from general knowledge;
it says nothing of how common a name is. Only the standard library is used here.
"""

from __future__ import annotations

from redpencil.names.spelling import keys_of

_MEN = """
Адам Александр Алексей Альберт Анатолий Андрей Антон Аркадий Арсений Артём Артур Афанасий Богдан Борис Вадим Валентин
Валерий Василий Вениамин Виктор Виталий Владимир Владислав Всеволод Вячеслав Геннадий Георгий Герман Глеб Григорий
Даниил Данила Демьян Денис Дмитрий Евгений Евграф Егор Емельян Ефим Захар Иван Игнатий Игорь Илья Иннокентий Иосиф
Ипполит Исаак Кирилл Климент Кондратий Константин Кузьма Лаврентий Лев Леонид Леонтий Лука Макар Максим Марат Марк
Матвей Мирон Мирослав Михаил Моисей Назар Никита Никифор Николай Никон Олег Осип Остап Павел Пантелей Пётр Платон Прохор
Радий Рашид Ринат Родион Роман Ролан Ростислав Рудольф Руслан Савва Савелий Святослав Семён Сергей Спиридон Станислав
Степан Тарас Тимофей Тимур Тихон Трофим Фаддей Фёдор Феликс Филипп Фома Харитон Эдуард Эльдар Эмиль Эрик Юлиан Юлий Юрий
Яков Ян Яромир Ярослав
"""
_WOMEN = """
Агата Аглая Ада Аделина Алевтина Александра Алёна Алина Алиса Алла Альбина Анастасия Ангелина Анжела Анна Антонина Арина
Белла Валентина Валерия Варвара Василиса Вера Вероника Виктория Галина Дарья Диана Ева Евгения Евдокия Екатерина Елена
Елизавета Жанна Зинаида Зоя Инга Инна Ирина Камилла Капитолина Каролина Кира Клавдия Кристина Ксения Лариса Лидия Лилия
Любовь Людмила Маргарита Марина Мария Марта Милана Мирослава Надежда Наталия Наталья Нелли Нина Нонна Оксана Олеся Ольга
Пелагея Полина Раиса Регина Римма Роза Светлана Серафима Снежана София Софья Таисия Тамара Татьяна Ульяна Фаина Эвелина
Элина Эльвира Эмма Юлия Яна Ярослава
"""
# What English has for some of them: another name by its spelling, and the same by custom.
_ENGLISH = {
    **{"Alexander": "Александр", "Andrew": "Андрей", "Basil": "Василий", "Eugene": "Евгений", "George": "Георгий"},
    **{"Gregory": "Григорий", "Joseph": "Иосиф", "Michael": "Михаил", "Nicholas": "Николай", "Paul": "Павел"},
    **{"Peter": "Пётр", "Stephen": "Степан", "Theodore": "Фёдор", "Catherine": "Екатерина", "Helen": "Елена"},
    **{"Sophia": "София", "Natalie": "Наталья"},
}
_RUSSIAN_KEYS = {key: keys_of(russian) for english, russian in _ENGLISH.items() for key in keys_of(english)}

GIVEN_KEYS = frozenset(key for name in [*_MEN.split(), *_WOMEN.split(), *_ENGLISH] for key in keys_of(name))


def given_keys(word: str) -> frozenset[str]:
    """The keys of a given name, and of the Russian one that it is the English form of: Peter has those of Пётр too."""
    keys = keys_of(word)
    russian = [_RUSSIAN_KEYS[key] for key in keys if key in _RUSSIAN_KEYS]
    return keys.union(*russian) if russian else keys
