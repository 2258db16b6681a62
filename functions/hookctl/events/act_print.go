package events

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/events"
)

// printSurvey writes what an act would do: for how many events what runs, what is done
// already, and which are left alone, and why.
func printSurvey(out *cli.Writer, s act.Survey, d deed, rate float64) {
	all := s.Act + s.Refuse
	if all == 0 {
		out.Print("No event matches.")
		return
	}
	basis := ""
	if d.done == queued { // what would run is told by what is registered
		basis = "With the handlers that are registered here, "
	}
	out.Print("%s. %s%s does this:", matched(all), basis, d.name)
	uncertain := false
	for _, group := range s.Groups {
		text := cli.OneLine(group.Text)
		if group.Refused {
			text = refusedText(out, group)
		}
		out.TextUnder(8, fmt.Sprintf("%6d  %s", group.Count, text))
		if group.Warn != "" {
			out.TextUnder(8, "        "+out.Bad(cli.OneLine(group.Warn)))
		}
		out.TextUnder(8, "        "+out.Dim(cli.OneLine(samples(group))))
		uncertain = uncertain || strings.Contains(group.Text, operate.UncertainMark)
	}
	if s.Others > 0 {
		out.Print("%6d  in further groups", s.Others)
	}
	if uncertain {
		out.Text("%s", out.Dim(operate.UncertainNote))
	}
	if rate > 0 && float64(s.Act) > rate {
		out.Print("It takes about %s, at %g a second (--rate).", cli.Duration(time.Duration(float64(s.Act)/rate*float64(time.Second)).Round(time.Second)), rate)
	}
}

// refusedText says why a group is left alone: in full for one event, else what they have in
// common and one of them.
func refusedText(out *cli.Writer, g act.Group) string {
	text := out.Bad("left alone: ")
	if g.Count > 1 && g.Why != g.Text {
		return text + cli.OneLine(g.Text+"; one of them: "+g.Why)
	}
	return text + cli.OneLine(g.Why)
}

func matched(n int) string {
	if n == 1 {
		return "1 event matches"
	}
	return countEvents(n) + " match"
}

// samples names some of a group's events.
func samples(g act.Group) string {
	text := strings.Join(g.Samples, ", ")
	if g.Count > len(g.Samples) {
		text += ", …"
	}
	return text
}

// printResult writes the line of an event. One whose outcome is not known has its reason.
func printResult(out *cli.Writer, r act.Result[events.Entry]) {
	if why := cmp.Or(r.Err, r.Refuse); why != nil {
		out.Print("%s %s", out.Bad("not sent"), cli.OneLine(r.Key+": "+why.Error()))
		return
	}
	out.Print("%s %s", out.Good("sent"), cli.OneLine(r.Key+": "+r.Text))
}
