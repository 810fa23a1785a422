package waitlist

// words are all that the pages of end users say, in one language.
type words struct {
	Lang, Locale                                                     string
	Email, PhoneNumber, EitherHint, YourName, Optional, Choose       string
	BadEmail, NoEmail, BadPhone, NoPhone, BadText, NoText, BadNumber string
	NoChoice, OldConsent, NoConsent, ReadAll, Problems, Unfit, Honey string
	Join, Invited, WaitingNow, FrameTitle                            string
	ReceivedTitle, ReceivedMail, ReceivedPhone, ReceivedSingle, Spam string
	Known, ClosedTitle, ClosedText, FullTitle, FullText              string
	NoListTitle, NoListText, TooMany                                 string
	ConfirmTitle, ConfirmText, ConfirmButton, ConfirmNot             string
	EndedTitle, EndedText, BrokenTitle, BrokenText, GoneTitle        string
	GoneText, Again, LeaveTitle, LeaveText, LeaveButton, LeftTitle   string
	LeftText, EraseTitle, EraseText, EraseButton, ErasedTitle        string
	ErasedText, Back, StatusTitle, Hello, Welcome, Number, NumberOf  string
	Ahead, AheadNone, Place, Referrals, ReferralsUnit, Checked       string
	ShareTitle, ShareText, ShareNoGain, ShareLink, Copy, Share       string
	SharePitch, UpTitle, UpReferral, UpMost, UpFirst, UpSelf         string
	InvitedTitle, InvitedText, Start, OffTitle, OffText              string
	PendingTitle, PendingText, Secret, LeaveLink, EraseLink          string
	Manage                                                           string
}

var pageWords = map[string]*words{
	"en": {
		Lang: "en", Locale: "en_US",
		Email: "Email", PhoneNumber: "Mobile number", EitherHint: "One of the two is enough: email or mobile number.",
		YourName: "Name", Optional: "optional", Choose: "Choose one",
		BadEmail: "Please enter an email address such as name@example.com.", NoEmail: "Please enter your email address.",
		BadPhone: "Please enter a mobile number such as 010-1234-5678, and leave out the email address.", NoPhone: "Please enter your mobile number.",
		BadText: "Please write this in one line, and a little shorter.", NoText: "Please fill this in.", BadNumber: "Please enter a number.",
		NoChoice: "Please choose one.", OldConsent: "The wording has changed. Please reload the page, read it and tick again.",
		NoConsent: "We cannot put you on the list without this.", ReadAll: "Read all of it", Problems: "Please check the following",
		Unfit: "Part of the form could not be taken. Please reload the page and try again.", Honey: "Leave this empty",
		Join: "Join the waitlist", Invited: "A friend has invited you.", WaitingNow: "%s waiting now", FrameTitle: "Join the waitlist",
		ReceivedTitle: "Look into your mailbox", ReceivedMail: "We have written to the address you gave. Press the button in that mail and you are on the list.",
		ReceivedPhone:  "We have sent a message to the number you gave. Follow its link and you are on the list.",
		ReceivedSingle: "We have received it. The mail that is on its way has the link to your place.",
		Spam:           "Nothing after a few minutes? Look into the spam folder, or join once more in ten minutes.",
		Known:          "If you had joined before, the mail says where you are.",
		ClosedTitle:    "This list is closed", ClosedText: "Nobody can join at the moment. Who is on the list stays on it.",
		FullTitle: "The list is full", FullText: "All places are taken just now. Your link works for as long as the mail says: try again later.",
		NoListTitle: "There is no such list", NoListText: "The list is not there, or not any more. Perhaps the link was cut off on its way.",
		TooMany:      "Too many sign-ups from here at once. Please wait a moment and try again.",
		ConfirmTitle: "Join %s?", ConfirmText: "One press and you are on the list. You will see your place right after.",
		ConfirmButton: "Yes, put me on the list", ConfirmNot: "It was not you? Then close this page, and nothing happens.",
		EndedTitle: "This link has ended", EndedText: "For your safety the link in the mail works for a limited time. Enter your address once more, and a new one comes.",
		BrokenTitle: "This link does not work", BrokenText: "It is not whole, or not one of ours. Open it from the mail again, best by its button.",
		GoneTitle: "There is nothing here any more", GoneText: "This sign-up was erased, or was never confirmed. Everything about it is gone. You are welcome to join again.",
		Again: "To the sign-up", LeaveTitle: "Leave %s?", LeaveText: "You lose your place, and we do not write to you any more.", LeaveButton: "Unsubscribe",
		LeftTitle: "You have left", LeftText: "You are off the list, and there will be no more mails. If you change your mind, join again.",
		EraseTitle:  "Erase everything about you?",
		EraseText:   "Your address, your answers and your place on %s are deleted for good. Nobody can bring them back, and this address cannot join again by itself.",
		EraseButton: "Erase for good", ErasedTitle: "Everything is erased", ErasedText: "Your data is gone from this list. What stays is a code from which nobody can tell who you are: it keeps anyone from signing this address up again.",
		Back: "Back to my place", StatusTitle: "Your place on %s", Hello: "%s, here is your place", Welcome: "You are on the list. Keep this page: its link is yours alone.",
		Number: "You are number", NumberOf: "of %s waiting", Ahead: "%s ahead of you", AheadNone: "Nobody is ahead of you: you are next.", Place: "How far you have come",
		Referrals: "Friends who confirmed", ReferralsUnit: "%s", Checked: "As of now",
		ShareTitle: "Move up with friends", ShareText: "Each friend who joins by your link and confirms moves you up %s places.", ShareNoGain: "Friends can join by your link.",
		ShareLink: "Your link", Copy: "Copy", Share: "Share", SharePitch: "I am waiting for %s. Join me:",
		UpTitle: "What moves me up?", UpReferral: "Every friend who joins by your link and presses the button in the mail: %s places each.", UpMost: "Up to %s friends count.",
		UpFirst: "When people ahead of you are invited, everybody moves up.", UpSelf: "Inviting yourself under other addresses does not count.",
		InvitedTitle: "It is your turn", InvitedText: "You are invited to %s. Thank you for waiting.", Start: "Get started",
		OffTitle: "You have left this list", OffText: "You get no mails from it. You are welcome to join again.",
		PendingTitle: "One step is missing", PendingText: "Press the button in the mail that we have sent, and you are on the list.",
		Secret: "This page is yours alone. Share the link above, not the address of this page.", LeaveLink: "Unsubscribe", EraseLink: "Erase my data", Manage: "My data",
	},
	"ko": {
		Lang: "ko", Locale: "ko_KR",
		Email: "이메일", PhoneNumber: "휴대전화 번호", EitherHint: "이메일과 휴대전화 번호 중 하나만 적어 주세요.",
		YourName: "이름", Optional: "선택", Choose: "골라 주세요",
		BadEmail: "name@example.com처럼 이메일 주소를 입력해 주세요.", NoEmail: "이메일 주소를 입력해 주세요.",
		BadPhone: "010-1234-5678처럼 휴대전화 번호를 입력하고, 이메일 칸은 비워 주세요.", NoPhone: "휴대전화 번호를 입력해 주세요.",
		BadText: "한 줄로 조금 더 짧게 적어 주세요.", NoText: "입력해 주세요.", BadNumber: "숫자를 입력해 주세요.",
		NoChoice: "하나를 골라 주세요.", OldConsent: "문구가 바뀌었어요. 페이지를 새로 고쳐 다시 읽고 동의해 주세요.",
		NoConsent: "동의해 주셔야 신청할 수 있어요.", ReadAll: "전문 보기", Problems: "먼저 확인해 주세요",
		Unfit: "입력한 내용 일부를 받을 수 없어요. 페이지를 새로 고친 뒤 다시 시도해 주세요.", Honey: "비워 두세요",
		Join: "대기 신청하기", Invited: "친구의 초대로 오셨어요.", WaitingNow: "지금 %s명이 기다리고 있어요", FrameTitle: "대기 신청",
		ReceivedTitle: "메일함을 확인해 주세요", ReceivedMail: "적어 주신 주소로 메일을 보냈어요. 메일에 있는 버튼을 누르면 신청이 끝나요.",
		ReceivedPhone:  "적어 주신 번호로 메시지를 보냈어요. 메시지에 있는 링크에서 확인하면 신청이 끝나요.",
		ReceivedSingle: "신청을 받았어요. 순서를 볼 수 있는 링크를 메일로 보내 드려요.",
		Spam:           "몇 분이 지나도 오지 않으면 스팸함을 살펴보거나, 10분 뒤에 다시 신청해 주세요.",
		Known:          "전에 신청한 적이 있다면 지금 순서를 메일로 알려 드려요.",
		ClosedTitle:    "지금은 신청을 받지 않아요", ClosedText: "지금은 새로 신청할 수 없어요. 이미 신청하신 분의 순서는 그대로예요.",
		FullTitle: "자리가 모두 찼어요", FullText: "지금은 남은 자리가 없어요. 메일의 링크는 적힌 기간 동안 쓸 수 있으니 나중에 다시 눌러 주세요.",
		NoListTitle: "대기 명단을 찾을 수 없어요", NoListText: "없는 명단이거나 이미 사라진 명단이에요. 링크가 중간에 잘리지 않았는지 확인해 주세요.",
		TooMany:      "한꺼번에 신청이 너무 많았어요. 잠시 뒤에 다시 시도해 주세요.",
		ConfirmTitle: "%s 대기 명단에 오를까요?", ConfirmText: "버튼을 한 번 누르면 신청이 끝나고, 바로 내 순서를 볼 수 있어요.",
		ConfirmButton: "네, 명단에 올려 주세요", ConfirmNot: "직접 신청하지 않으셨다면 이 페이지를 닫아 주세요. 아무 일도 일어나지 않아요.",
		EndedTitle: "링크의 기한이 지났어요", EndedText: "안전을 위해 메일의 링크는 정해진 기간 동안만 쓸 수 있어요. 주소를 한 번 더 적어 주시면 새 메일을 보내 드려요.",
		BrokenTitle: "쓸 수 없는 링크예요", BrokenText: "링크가 중간에 잘렸거나 저희가 보낸 링크가 아니에요. 메일에 있는 버튼으로 다시 열어 주세요.",
		GoneTitle: "신청 내역이 없어요", GoneText: "신청 내역을 지웠거나, 확인하지 않아 사라졌어요. 남아 있는 정보는 없어요. 원하시면 다시 신청할 수 있어요.",
		Again: "신청하러 가기", LeaveTitle: "%s 명단에서 나갈까요?", LeaveText: "지금 순서가 사라지고, 더는 메일을 보내지 않아요.", LeaveButton: "수신 거부하기",
		LeftTitle: "명단에서 나왔어요", LeftText: "이제 메일을 보내지 않아요. 마음이 바뀌면 언제든 다시 신청해 주세요.",
		EraseTitle:  "내 정보를 모두 지울까요?",
		EraseText:   "%s에 남긴 주소와 답변, 순서를 영구히 지워요. 되돌릴 수 없고, 같은 주소로는 혼자서 다시 신청할 수 없어요.",
		EraseButton: "모두 지우기", ErasedTitle: "모두 지웠어요", ErasedText: "이 명단에서 정보를 지웠어요. 누구인지 알 수 없게 바꾼 값만 남겨, 누가 이 주소를 다시 신청하지 못하게 막아요.",
		Back: "내 순서로 돌아가기", StatusTitle: "%s 대기 순서", Hello: "%s 님의 순서예요", Welcome: "대기 명단에 올랐어요. 이 페이지의 주소는 나만의 것이니 잘 보관해 주세요.",
		Number: "지금 내 순서", NumberOf: "기다리는 %s명 중", Ahead: "앞에 %s명이 있어요", AheadNone: "바로 다음 차례예요.", Place: "얼마나 앞에 왔는지",
		Referrals: "확인을 마친 친구", ReferralsUnit: "%s명", Checked: "지금 기준",
		ShareTitle: "친구와 함께 앞으로", ShareText: "친구가 내 링크로 신청하고 확인까지 마치면 순서가 %s칸씩 앞당겨져요.", ShareNoGain: "친구가 내 링크로 신청할 수 있어요.",
		ShareLink: "내 링크", Copy: "복사", Share: "공유하기", SharePitch: "%s 대기 명단에 올랐어요. 같이 기다려요!",
		UpTitle: "어떻게 하면 순서가 앞당겨지나요?", UpReferral: "친구가 내 링크로 신청하고 메일의 버튼까지 누르면, 한 명에 %s칸씩 앞당겨져요.", UpMost: "친구는 %s명까지 셀 수 있어요.",
		UpFirst: "앞에 있는 사람들이 초대를 받으면 모두의 순서가 앞당겨져요.", UpSelf: "다른 주소로 나를 초대하는 것은 세지 않아요.",
		InvitedTitle: "드디어 차례가 됐어요", InvitedText: "%s에 초대합니다. 기다려 주셔서 고마워요.", Start: "시작하기",
		OffTitle: "이 명단에서 나오셨어요", OffText: "더는 메일을 보내지 않아요. 원하시면 다시 신청할 수 있어요.",
		PendingTitle: "한 단계가 남았어요", PendingText: "보내 드린 메일의 버튼을 누르면 명단에 올라요.",
		Secret: "이 페이지는 나만 볼 수 있어요. 친구에게는 이 페이지의 주소 말고 위의 링크를 보내 주세요.", LeaveLink: "수신 거부", EraseLink: "내 정보 지우기", Manage: "내 정보",
	},
}
