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
    call = list(typeOfDesign = "asHSD", gammaA = -2)),
  "two-sided" = list(gamma = "", rates = c(.4, .7, 1), sides = 2,
    call = list(typeOfDesign = "asOF", sided = 2)),
  "binding" = list(gamma = "", rates = c(.4, .7, 1), futility = "0;0.8",
    call = list(typeOfDesign = "asOF", futilityBounds = c(0, .8), bindingFutility = TRUE))
)
seen <- list(
  "first" = c(3.6), "second" = c(1.2, 2.7), "last" = c(.8, 1.3, 1.9, 2.4), "goes-on" = c(.8, 1.6)
)

cat(paste0("case,efficacy,efficacy_parameter,alpha,sides,futility_z,information_fractions,information,z,",
  "planned_information,as_planned,assumed_theta,quantity,look,expected,tolerance,source\n"))
row <- function(plan, course, rates, z, quantity, look, value) {
  if (quantity == "repeated_p_value" && value > 0.4999) return() # rpact looks no further
  join <- function(x) paste(x, collapse = ";")
  p <- plans[[plan]]
  sides <- if (is.null(p$sides)) 1 else p$sides
  futility <- if (is.null(p$futility)) "" else p$futility
  # rpact doubles what is left to both sides, gives one side's p-value after the first look, and
  # its repeated limits count on binding futility.
  if (sides == 2 && quantity == "conditional_rejection") return()
  if (sides == 2 && quantity == "stopped_p_value" && course == "first") return()
  if (futility != "" && grepl("repeated_(lower|upper)", quantity)) return()
  rule <- if (sides == 2 || futility != "") "obrien-fleming" else plan
  tolerance <- if (grepl("lower|upper|unbiased", quantity)) 1e-4 else 1e-5
  cat(sprintf('%s-%s,%s,%s,%s,%d,%s,%s,%s,%s,%s,no,%s,%s,%d,%.10f,%g,"%s"\n', plan, course, rule,
    p$gamma, format(.025 * sides), sides, futility, join(rates), join(100 * rates[seq_along(z)]), join(z), "100", format(log(1.3), digits = 15),
    quantity, look, value, tolerance, "R 4.2.2, rpact 3.3.4: getAnalysisResults"))
}
for (name in names(plans)) for (course in names(seen)) {
  p <- plans[[name]]
  rates <- p$rates
  z <- seen[[course]]
  if (course == "last") z <- z[seq_along(rates) + length(z) - length(rates)]
  k <- length(z)
  design <- do.call(getDesignGroupSequential,
    c(list(kMax = length(rates), alpha = .025 * max(1, p$sides), informationRates = rates), p$call))
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
