package cost

import (
	"bytes"
	_ "embed" // for the two files
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

//go:embed prices.json
var pricesFile []byte

// Prices are AWS's in one region, as they were looked up on a day.
type Prices struct {
	Region string  `json:"region"`
	Date   string  `json:"date"` // of the look-up, 2006-01-02
	Of     PriceOf `json:"prices"`
}

// PriceOf holds the price of each thing that the stack uses.
type PriceOf struct {
	APIRequest    Price `json:"api_request"`
	DataOut       Price `json:"data_out"`
	LambdaRequest Price `json:"lambda_request"`
	LambdaX86     Price `json:"lambda_x86"`
	LambdaArm     Price `json:"lambda_arm"`
	SQSRequest    Price `json:"sqs_request"`
	DynamoDBWrite Price `json:"dynamodb_write"`
	DynamoDBKept  Price `json:"dynamodb_kept"`
	DynamoDBPITR  Price `json:"dynamodb_pitr"`
	LogsWritten   Price `json:"logs_written"`
	LogsKept      Price `json:"logs_kept"`
	Metric        Price `json:"metric"`
	Alarm         Price `json:"alarm"`
	Dashboard     Price `json:"dashboard"`
	Secret        Price `json:"secret"`
	SecretRead    Price `json:"secret_read"`
}

// A Price is what so many units cost in US dollars, without free tier or discount. GB
// are 2^30 bytes; what is charged by the month is for a whole one.
type Price struct {
	USD       float64 `json:"usd"`
	Per       float64 `json:"per"`
	Unit      string  `json:"unit"`
	Page      string  `json:"page"`      // where AWS says it
	Confirmed string  `json:"confirmed"` // where the look-up found it, as AWS's page itself shows its tables only to a browser; empty means nowhere
}

// ErrFile says that prices.json or measured.json is not what this package reads.
var ErrFile = errors.New("file is not complete")

// DefaultPrices are those of prices.json. The error is [ErrFile].
func DefaultPrices() (Prices, error) { return parsePrices(pricesFile) }

func parsePrices(text []byte) (Prices, error) {
	var p Prices
	if err := decode("prices.json", text, &p); err != nil {
		return Prices{}, err
	}
	for _, one := range p.Of.all() {
		if one.USD <= 0 || one.Per <= 0 || one.Unit == "" || one.Page == "" {
			return Prices{}, fmt.Errorf("prices.json: %w: give every price usd, per, unit and page; this one lacks some: %+v", ErrFile, one)
		}
	}
	return p, checkDate("prices.json", p.Date)
}

func (p PriceOf) all() []Price {
	return []Price{
		p.APIRequest, p.DataOut, p.LambdaRequest, p.LambdaX86, p.LambdaArm, p.SQSRequest,
		p.DynamoDBWrite, p.DynamoDBKept, p.DynamoDBPITR, p.LogsWritten, p.LogsKept,
		p.Metric, p.Alarm, p.Dashboard, p.Secret, p.SecretRead,
	}
}

// decode refuses fields that it does not know: a misspelt one would cost nothing.
func decode(name string, text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w: %w", name, ErrFile, err)
	}
	return nil
}

func checkDate(name, date string) error {
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return fmt.Errorf("%s: %w: date: %w", name, ErrFile, err)
	}
	return nil
}
