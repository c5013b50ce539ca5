"""The commonest passwords of twelve characters or more, in lower case; shorter ones never count.

Put together by hand from what the yearly lists of leaked passwords agree on: runs along the
keyboard, the word password with digits, pet phrases, and their kin in a British school.
"""

from __future__ import annotations

_WORDS = """
    000000000000 0123456789012 098765432109 0987654321098 111111111111 111111222222 112233445566
    123123123123 123321123321 123412341234 1234512345123 123456123456 123456789012 1234567890123
    12345678901234 123456789012345 1234567890abc 1234567890qwe 1234567890qwer 1234567891011
    123456789101112 123456789123 123456789abc 123456789qwe 123456abcdef 123456qwerty
    1234qwerasdf 123qweasdzxc 147258369147 159357159357 1a2b3c4d5e6f 1q2w3e1q2w3e 1q2w3e4r5t6y
    1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i 1qaz1qaz1qaz 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qazxsw23edc
    987654321000 987654321987 999999999999 a1b2c3d4e5f6 aaaaaaaaaaaa abc123456789 abc123abc123
    abcabcabcabc abcd12345678 abcdabcdabcd abcdef123456 abcdefghijkl abcdefghijklm
    abcdefghijklmnop abcdefghijklmnopqrstuvwxyz access123456 admin1234567 admin12345678
    admin123456789 adminadminadmin administrator administrator1 administrator123 adminpassword
    arsenal12345 asdasdasdasd asdf1234asdf asdfasdfasdf asdfghjkl123 asdfghjkl1234 asdfghjkl;'#
    asdfghjklzxc asdfqwer1234 assembly1234 autumn2023autumn autumnterm2024 autumnterm2025
    autumnterm2026 azertyuiop12 azertyuiop123 babygirl1234 baseball1234 basketball12
    basketball123 birmingham12 blackpool123 butterfly123 butterfly1234 changeme1234
    changeme12345 changemenow1 changemeplease charlie12345 chelsea12345 chocolate123
    chocolate1234 classroom123 computer1234 computer12345 contrasena12 correcthorse
    correcthorsebattery correcthorsebatterystaple dragon123456 dragondragon education123
    everton12345 facebook1234 football1234 football12345 football123456 footballfootball
    fuckyou12345 geography123 getmeinplease godisgood123 goodmorning1 guestguest12 headteacher1
    headteacher123 hello1234567 hello12345678 hellohello12 hellohello123 hellokitty12
    hellokitty123 helloworld12 helloworld123 iamthebest12 iloveyou1234 iloveyou12345
    iloveyou123456 iloveyouforever iloveyouiloveyou iloveyousomuch internet1234 isabella1234
    jesuschrist1 jesusislord1 juventus1234 keyboard1234 letmein12345 letmein123456
    letmeinletmein letmeinnow12 letmeinplease liverpool123 liverpool1234 liverpoolfc1
    london123456 lovelylovely loveyou12345 manchester12 manchester123 manchesterunited
    manunited123 manutd123456 michael12345 michelle1234 minecraft123 minecraft1234 monkey123456
    monkeymonkey mypassword12 mypassword123 mypassword1234 ncc1701ncc1701 newcastle123
    newpassword1 newpassword12 newpassword123 nopassword12 nothing12345 openupplease
    p@$$w0rd1234 p@ssw0rd1234 p@ssw0rd12345 p@ssword1234 p@ssword12345 pa$$word1234 pa55word1234
    pa55word12345 pass12345678 pass123456789 passpass1234 passpasspass passphrase12
    passphrase123 password!123 password-123 password0000 password1111 password1212 password123!
    password1234 password1234! password1234$ password12345 password123456 password1234567
    password12345678 password123456789 password1234567890 password2020 password2021 password2022
    password2023 password2024 password2025 password2026 password2027 password@123
    passwordpassword photogate123 photogate1234 photogatephotogate photographer photographer1
    photographs1 photography1 photography123 pokemon12345 poohbear1234 princess1234
    princess12345 purple123456 q1w2e3r4t5y6 q1w2e3r4t5y6u7 qazwsx123456 qazwsxedc123
    qazwsxedcrfv qazwsxedcrfvtgb qwaszx123456 qwe123qwe123 qweasdzxc123 qweqweqweqwe
    qwer12345678 qwer1234qwer qwerasdfzxcv qwert1234567 qwert12345678 qwerty111111 qwerty123321
    qwerty123456 qwerty1234567 qwerty12345678 qwerty123456789 qwerty654321 qwertyqwerty
    qwertyui1234 qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwertyuiop12345 qwertyuiop[]
    qwertyuiopas qwertyuiopasdf qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm rainbow12345
    rangers12345 rotherham123 safeguarding safeguarding1 safeguarding12 safeguarding123
    school123456 schoolphotos schoolphotos1 schoolschool secret123456 secretsecret sheffield123
    snoopy123456 southampton1 spring2024spring springterm2024 springterm2025 springterm2026
    starwars1234 strawberry12 strawberry123 summer123456 summersummer summerterm2024
    summerterm2025 summerterm2026 sunderland12 sunshine1234 sunshine12345 superman1234
    superman12345 superstar123 teacher12345 teacherteacher temporary123 test12345678
    test123456789 testtesttest thepassword1 thequickbrownfox tottenham123 trustno1trustno1
    unitedkingdom valentina123 welcome12345 welcome123456 welcomeback1 welcomewelcome
    whatever1234 whateverwhatever winter123456 winterwinter wolverhampton youtube12345
    zaq12wsxcde3 zaq1zaq1zaq1 zxcvbnm,./12 zxcvbnm12345 zxcvbnm123456 zxcvbnmasdfg
    zxcvbnmzxcvbnm
"""

COMMON = frozenset(_WORDS.split())
