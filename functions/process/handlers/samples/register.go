package samples

import (
	"context"
	"strings"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// Register adds to r the samples whose settings getenv has, and logs which are off. Its
// error names every setting that is wrong.
func Register(r *hook.Registry, getenv func(string) string) error {
	s := &settings{getenv: getenv}
	client := s.contiguity("CONTIGUITY_TOKEN")
	registerReplies(r, s, client)
	registerChatbot(r, s, client)
	registerTables(r, s)
	registerAlerts(r, s)
	return s.report()
}

// registerReplies registers the handlers that send messages. A repeated message is a second
// message, so all of them are hook.AtMostOnce.
func registerReplies(r *hook.Registry, s *settings, client *contiguity.Client) {
	if on, sample := s.on("auto-reply", "CONTIGUITY_TOKEN", "AUTO_REPLY_TEXT"); on {
		h := autoReply{client: client, text: s.text("AUTO_REPLY_TEXT"), sample: sample}
		hook.On(r, contiguity.TextIncomingSMS, "auto-reply", h.handle, hook.AtMostOnce)
		hook.On(r, contiguity.TextIncomingMMS, "auto-reply", h.handle, hook.AtMostOnce)
	}
	if on, sample := s.on("imessage-reply", "CONTIGUITY_TOKEN", "IMESSAGE_REPLY_TEXT", "IMESSAGE_REPLY_ATTACHMENT"); on {
		h := imessageReply{
			client: client, text: s.text("IMESSAGE_REPLY_TEXT"),
			attachment: s.file("IMESSAGE_REPLY_ATTACHMENT"), sample: sample,
		}
		hook.On(r, contiguity.IMessageIncoming, "imessage-reply", h.handle, hook.AtMostOnce)
	}
	if on, sample := s.on("whatsapp-reply", "CONTIGUITY_TOKEN", "WHATSAPP_REPLY_TEXT"); on {
		h := whatsappReply{client: client, text: s.text("WHATSAPP_REPLY_TEXT"), sample: sample}
		hook.On(r, contiguity.WhatsAppIncoming, "whatsapp-reply", h.handle, hook.AtMostOnce)
	}
	if on, sample := s.on("identity-thanks", "CONTIGUITY_TOKEN", "IDENTITY_THANKS_TEXT"); on {
		h := identityThanks{client: client, text: s.text("IDENTITY_THANKS_TEXT"), sample: sample}
		hook.On(r, contiguity.VerificationSessionVerified, "identity-thanks", h.handle, hook.AtMostOnce)
	}
}

// registerChatbot registers the handlers that talk with people, on every channel.
func registerChatbot(r *hook.Registry, s *settings, client *contiguity.Client) {
	on, sample := s.on("chat", "CONTIGUITY_TOKEN", "CHATBOT_GREETING")
	if !on {
		return
	}
	for _, other := range []string{"AUTO_REPLY_TEXT", "IMESSAGE_REPLY_TEXT", "WHATSAPP_REPLY_TEXT"} {
		if text := s.text(other); text != "" && !strings.Contains(text, sampleOnly) {
			s.fault("CHATBOT_GREETING", "a message would be answered twice, as "+other+" is set, too: set one of them")
		}
	}
	b := chatbot{greeting: s.text("CHATBOT_GREETING"), chats: hook.NewState[chat, answer]("chat"), sample: sample}
	enterChat(r, b, contiguity.TextIncomingSMS, client.ReplyText)
	enterChat(r, b, contiguity.TextIncomingMMS, client.ReplyText)
	enterChat(r, b, contiguity.IMessageIncoming, client.ReplyIMessage)
	enterChat(r, b, contiguity.WhatsAppIncoming, client.ReplyWhatsApp)
}

// enterChat registers both handlers of the chatbot for one channel.
func enterChat[T message](r *hook.Registry, b chatbot, t webhook.Type[T], send func(context.Context, T, contiguity.Reply) (contiguity.Sent, error)) {
	hook.OnState(r, t, "chat", b.chats, between[T], move[T](b))
	hook.On(r, t, "chat-reply", reply(b, send), hook.AtMostOnce, hook.After("chat"))
}

// registerTables registers the handlers that write into your tables. They call nobody, so a
// sample setting is an ordinary name: hookctl run and sam local keep every table in memory.
func registerTables(r *hook.Registry, s *settings) {
	if on, _ := s.on("delivery-status", "DELIVERIES_TABLE"); on {
		h := deliveryStatus{table: s.table("DELIVERIES_TABLE")}
		hook.OnWrites(r, contiguity.TextDeliveryConfirmed, "delivery-status", h.handle, hook.SkipStale)
		hook.OnWrites(r, contiguity.TextDeliveryFailed, "delivery-status", h.handle, hook.SkipStale)
	}
	if on, _ := s.on("otp-verified", "VERIFIED_NUMBERS_TABLE"); on {
		h := otpVerified{table: s.table("VERIFIED_NUMBERS_TABLE")}
		hook.OnWrites(r, contiguity.OTPReverseVerified, "otp-verified", h.handle, hook.SkipStale)
	}
	if on, _ := s.on("open-account", "ACCOUNTS_TABLE"); on {
		h := openAccount{table: s.table("ACCOUNTS_TABLE")}
		hook.OnWrites(r, kyc.SessionApproved, "open-account", h.handle)
	}
}

// registerAlerts registers the handlers that alert people.
func registerAlerts(r *hook.Registry, s *settings) {
	channel := newSlack(s.address("SLACK_WEBHOOK_URL"))

	if on, sample := s.on("watchlist-slack", "SLACK_WEBHOOK_URL"); on {
		h := watchlistAlert{alert: channel.post, sample: sample}
		hook.OnTypes(r, kyc.Provider{}, h.takes, "watchlist-slack", h.handle)
	}
	if on, sample := s.on("watchlist-email", "ALERT_EMAIL_FROM", "ALERT_EMAIL_TO"); on {
		from, to := s.mailbox("ALERT_EMAIL_FROM"), s.mailboxes("ALERT_EMAIL_TO")
		mail := email{}
		if !sample {
			mail = newEmail(s, from, to)
		}
		h := watchlistAlert{alert: mail.send, sample: sample}
		hook.OnTypes(r, kyc.Provider{}, h.takes, "watchlist-email", h.handle)
	}
	if on, sample := s.on("tin-mismatch-alert", "SLACK_WEBHOOK_URL"); on {
		h := tinMismatchAlert{alert: channel.post, confirm: s.confirmTIN(), sample: sample}
		hook.On(r, compliancely.TINMatch, "tin-mismatch-alert", h.handle)
	}
}
