# Reference values of tests/analytics/design/boundaries: run from tests/oracles with
# `Rscript interim_analysis.R > interim_analyses_rpact.csv`.
# Events are at the planned fractions of 400; a log-rank z above 0 favours the treatment, so that
# effects are hazard ratios of control over treatment.
suppressMessages(library(rpact))
stopifnot(packageVersion("rpact") == "3.3.4")
setLogLevel("DISABLED")

plans <- list(
  "obrien-fleming" = list(gamma = "", rates = c(.4, .7, 1), call = list(typeOfDesign = "asOF")),
  "pocock" = list(gamma = "", rates = c(.3, .6, .8, 1), call = list(typeOfDesign = "asP")),
  "hwang-shih-decani" = list(gamma = "-2", rates = c(.5, .75, 1),
    call = list(typeOfDesign = "asHSD", gammaA = -2))
)
seen <- list(
  "first" = c(3.6), "second" = c(1.2, 2.7), "last" = c(.8, 1.3, 1.9, 2.4), "goes-on" = c(.8, 1.6)
)

cat(paste0("case,efficacy,efficacy_parameter,information_fractions,information,z,",
  "planned_information,as_planned,assumed_theta,quantity,look,expected,tolerance,source\n"))
row <- function(plan, course, rates, z, quantity, look, value) {
  if (quantity == "repeated_p_value" && value > 0.4999) return() # rpact looks no further
  join <- function(x) paste(x, collapse = ";")
  tolerance <- if (grepl("lower|upper|unbiased", quantity)) 1e-4 else 1e-5
  cat(sprintf('%s-%s,%s,%s,%s,%s,%s,%s,no,%s,%s,%d,%.10f,%g,"%s"\n', plan, course, plan,
    plans[[plan]]$gamma, join(rates), join(100 * rates[seq_along(z)]), join(z), "100", format(log(1.3), digits = 15),
    quantity, look, value, tolerance, "R 4.2.2, rpact 3.3.4: getAnalysisResults"))
}
for (name in names(plans)) for (course in names(seen)) {
  p <- plans[[name]]
  rates <- p$rates
  z <- seen[[course]]
  if (course == "last") z <- z[seq_along(rates) + length(z) - length(rates)]
  k <- length(z)
  design <- do.call(getDesignGroupSequential,
    c(list(kMax = length(rates), alpha = .025, informationRates = rates), p$call))
  data <- getDataset(overallEvents = 400 * rates[1:k], overallLogRanks = z)
  later <- if (k < length(rates)) diff(400 * rates)[k:(length(rates) - 1)] else NA_real_
  args <- list(design, data, directionUpper = TRUE)
  if (k < length(rates)) args <- c(args, list(nPlanned = later, thetaH1 = 1.3))
  r <- suppressWarnings(suppressMessages(do.call(getAnalysisResults, args)))
  at <- function(field, look) as.numeric(r[[field]])[look]
  for (look in 1:k) {
    row(name, course, rates, z, "repeated_p_value", look, at("repeatedPValues", look))
    row(name, course, rates, z, "exp_repeated_lower", look,
      at("repeatedConfidenceIntervalLowerBounds", look))
    row(name, course, rates, z, "exp_repeated_upper", look,
      at("repeatedConfidenceIntervalUpperBounds", look))
    if (look < length(rates)) row(name, course, rates, z, "conditional_rejection", look,
      at("conditionalRejectionProbabilities", look))
  }
  if (!is.na(at("finalPValues", k))) {
    row(name, course, rates, z, "stopped_p_value", 0, at("finalPValues", k))
    row(name, course, rates, z, "exp_stopped_lower", 0, at("finalConfidenceIntervalLowerBounds", k))
    row(name, course, rates, z, "exp_stopped_upper", 0, at("finalConfidenceIntervalUpperBounds", k))
    row(name, course, rates, z, "exp_stopped_median_unbiased", 0, at("medianUnbiasedEstimates", k))
  }
  if (course == "goes-on" && k < length(rates))
    row(name, course, rates, z, "conditional_power_assumed", 0,
      at("conditionalPower", length(rates)))
}
