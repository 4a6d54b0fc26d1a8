package panics_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"example.com/ddb/internal/tools/panics"
)

func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), panics.Analyzer, "example.com/ddb/ddbtable", "engine")
}
