package web

import (
	"fmt"
	"time"
)

// The figures of the charts are made up, the same each time.
type (
	exampleDay struct {
		Date, Text        string
		Joined, Confirmed int
	}
	exampleHour struct {
		Text         string
		Fresh, Stale int
	}
	exampleRate struct{ Date, Text, Rate, Percent string }
)

func (d componentData) day(i int) (date, text string) {
	t := time.Date(2026, time.October, 23, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i)
	if d.Lang == "ko" {
		return t.Format(time.DateOnly), t.Format("1월 2일")
	}
	return t.Format(time.DateOnly), t.Format("2 January")
}

// Days are thirty days of sign-ups.
func (d componentData) Days() []exampleDay {
	days := make([]exampleDay, 30)
	for i := range days {
		joined := 18 + i + i*i/9 + (i*37)%23
		if i%7 > 4 {
			joined /= 2
		}
		days[i].Date, days[i].Text = d.day(i)
		days[i].Joined, days[i].Confirmed = joined, joined*(70+(i*13)%20)/100
	}
	return days
}

// Hours are eight hours of requests.
func (componentData) Hours() []exampleHour {
	hours := make([]exampleHour, 8)
	for i := range hours {
		text := fmt.Sprintf("%02d:00", 9+i)
		hours[i] = exampleHour{Text: text, Fresh: 2400 + (i*971)%1900, Stale: 120 + (i*i*53)%700}
	}
	return hours
}

// Rates are two weeks of shares of one, with a day that is not known.
func (d componentData) Rates() []exampleRate {
	rates := make([]exampleRate, 14)
	for i := range rates {
		rates[i].Date, rates[i].Text = d.day(i)
		part := 0.82 + float64((i*29)%13)/100
		rates[i].Rate, rates[i].Percent = fmt.Sprintf("%.2f", part), fmt.Sprintf("%.0f%%", part*100)
		if i == 9 {
			rates[i].Rate, rates[i].Percent = "-", "–"
		}
	}
	return rates
}
