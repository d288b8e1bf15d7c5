// Package weather is a small real MCP server: the one that mcpmock demo
// records, and that tests record.
//
//	srv := httptest.NewServer(weather.Handler())
//	sights, err := weather.Visit(ctx, srv.URL+weather.Path)
//
// Its answers depend on the arguments alone, so that recording it twice gives
// the same tape.
//
// What this does not do: it knows nothing of the weather.
package weather

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Path is where Handler serves the endpoint.
const Path = "/mcp"

// Handler serves the weather server over Streamable HTTP, with sessions.
func Handler() http.Handler {
	server := New()
	endpoint := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
	mux := http.NewServeMux()
	mux.Handle(Path, endpoint)
	return mux
}

// New returns a weather server, for any transport.
func New() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "weather", Title: "Weather of no place", Version: "1.0.0"}, &mcp.ServerOptions{
		Instructions: "Ask for the forecast of a city, and for the alerts of a region.",
	})
	mcp.AddTool(s, &mcp.Tool{Name: "get_forecast", Description: "The forecast for a city."}, getForecast)
	mcp.AddTool(s, &mcp.Tool{Name: "get_alerts", Description: "The alerts in force in a region."}, getAlerts)
	mcp.AddTool(s, &mcp.Tool{Name: "get_climate", Description: "The mean temperature of a city over some years. It reports progress."}, getClimate)
	s.AddPrompt(&mcp.Prompt{Name: "pack", Description: "What to pack for a journey.", Arguments: []*mcp.PromptArgument{
		{Name: "city", Description: "Where the journey goes.", Required: true},
	}}, pack)
	s.AddResource(&mcp.Resource{URI: stationsURI, Name: "stations", Description: "The stations that report.", MIMEType: "text/csv"}, stations)
	return s
}

// A City is the argument of get_forecast.
type City struct {
	City string `json:"city" jsonschema:"the name of a city"`
	Days int    `json:"days,omitempty" jsonschema:"how many days, 1 to 7"`
}

// A Forecast is the answer of get_forecast.
type Forecast struct {
	City string `json:"city"`
	Days []Day  `json:"days"`
}

// A Day is one day of a Forecast.
type Day struct {
	Sky     string `json:"sky"`
	Celsius int    `json:"celsius"`
}

func getForecast(_ context.Context, _ *mcp.CallToolRequest, in City) (*mcp.CallToolResult, Forecast, error) {
	if in.Days == 0 {
		in.Days = 1
	}
	if in.City == "" || in.Days < 1 || in.Days > 7 {
		return nil, Forecast{}, fmt.Errorf("no forecast for %d days in %q: name a city and 1 to 7 days", in.Days, in.City)
	}
	f := Forecast{City: in.City}
	for day := range in.Days {
		f.Days = append(f.Days, forecast(in.City, day))
	}
	text := fmt.Sprintf("%s: %s, %d °C", f.City, f.Days[0].Sky, f.Days[0].Celsius)
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, f, nil
}

// forecast makes a day up from the letters of the city's name.
func forecast(city string, day int) Day {
	h := fnv.New32a()
	fmt.Fprintf(h, "%d %s", day, strings.ToLower(city))
	skies := [...]string{"sunny", "cloudy", "light rain", "heavy rain", "fog", "snow showers", "gale"}
	n := int(h.Sum32() >> 8)
	return Day{Sky: skies[n/31%len(skies)], Celsius: n%31 - 4}
}

// A Region is the argument of get_alerts.
type Region struct {
	Region string `json:"region" jsonschema:"the name of a region"`
}

// Alerts is the answer of get_alerts.
type Alerts struct {
	Region string   `json:"region"`
	Alerts []string `json:"alerts"`
}

func getAlerts(_ context.Context, _ *mcp.CallToolRequest, in Region) (*mcp.CallToolResult, Alerts, error) {
	a := Alerts{Region: in.Region, Alerts: []string{}}
	if day := forecast(in.Region, 0); day.Sky == "gale" || day.Sky == "heavy rain" {
		a.Alerts = append(a.Alerts, day.Sky+" until midnight")
	}
	return nil, a, nil
}

// A Span is the argument of get_climate.
type Span struct {
	City  string `json:"city" jsonschema:"the name of a city"`
	Years int    `json:"years" jsonschema:"how many years, 1 to 100"`
}

// A Climate is the answer of get_climate.
type Climate struct {
	City    string  `json:"city"`
	Years   int     `json:"years"`
	Celsius float64 `json:"celsius"`
}

func getClimate(ctx context.Context, r *mcp.CallToolRequest, in Span) (*mcp.CallToolResult, Climate, error) {
	if in.Years < 1 || in.Years > 100 {
		return nil, Climate{}, fmt.Errorf("no climate of %d years: ask for 1 to 100", in.Years)
	}
	sum := 0
	for year := range in.Years {
		sum += forecast(in.City, year).Celsius
		token := r.Params.GetProgressToken()
		if token == nil {
			continue
		}
		err := r.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{
			ProgressToken: token, Progress: float64(year + 1), Total: float64(in.Years), Message: fmt.Sprintf("year %d of %d", year+1, in.Years),
		})
		if err != nil {
			return nil, Climate{}, fmt.Errorf("reporting progress: %w", err)
		}
	}
	tenths := sum * 10 / in.Years
	return nil, Climate{City: in.City, Years: in.Years, Celsius: float64(tenths) / 10}, nil
}

func pack(_ context.Context, r *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
	city := r.Params.Arguments["city"]
	text := fmt.Sprintf("I travel to %s, where the forecast is %s. What shall I pack?", city, forecast(city, 0).Sky)
	return &mcp.GetPromptResult{
		Description: "What to pack for " + city,
		Messages:    []*mcp.PromptMessage{{Role: "user", Content: &mcp.TextContent{Text: text}}},
	}, nil
}

const stationsURI = "weather://stations"

func stations(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
	return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{
		{URI: stationsURI, MIMEType: "text/csv", Text: "station,metres\nHarbour,3\nHill,412\n"},
	}}, nil
}
