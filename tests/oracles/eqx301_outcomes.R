# Reference values for tests/dashboard/test_competing_analysis.py and test_recurrent_analysis.py:
# `Rscript eqx301_outcomes.R FOLDER > eqx301_outcomes.csv`, where FOLDER holds adsl.csv, adtte.csv
# and adae.csv, the tables of sample_data.eqx301.build_eqx301() as CSV.
suppressMessages({library(survival); library(cmprsk)})
stopifnot(packageVersion("survival") == "3.5.3", packageVersion("cmprsk") == "2.2.11")
folder <- commandArgs(trailingOnly = TRUE)[1]
table <- function(name) read.csv(file.path(folder, name), check.names = FALSE, na.strings = "")
adsl <- table("adsl.csv"); adtte <- table("adtte.csv"); adae <- table("adae.csv")

rows <- data.frame()
control <- coxph.control(eps = 1e-12, toler.chol = 1e-14)
emit <- function(case, quantity, about, expected, tolerance, call) {
  package <- if (grepl("cuminc|crr", call)) "cmprsk 2.2-11" else "survival 3.5-3"
  source <- sprintf("R 4.2.2, %s: tests/oracles/eqx301_outcomes.R: %s", package, call)
  rows <<- rbind(rows, data.frame(case, quantity, about, expected = sprintf("%.15g", expected),
                                  tolerance, source))
}
arms <- c("Placebo", "Lumarestat 200 mg")

competing <- function(case, d, causes) {
  d$state <- factor(d$cause, c("", causes))
  d$code <- as.integer(d$state) - 1L
  d$x <- as.integer(d$arm == arms[2])
  gray <- cuminc(d$time, d$code, d$arm)$Tests
  states <- survfit(Surv(time, state) ~ arm, data = d)
  at <- summary(states, times = 365)
  for (k in seq_along(causes)) {
    emit(case, "gray_statistic", causes[k], gray[as.character(k), "stat"], 1e-7,
         "cuminc(time, code, arm)$Tests")
    fg <- crr(d$time, d$code, cbind(x = d$x), failcode = k, gtol = 1e-10)
    emit(case, "fine_gray_coefficient", causes[k], fg$coef, 1e-6, "crr(time, code, x, failcode)")
    emit(case, "fine_gray_std_err", causes[k], sqrt(diag(fg$var)), 1e-5,
         "crr(time, code, x, failcode)")
    cs <- coxph(Surv(time, code == k) ~ x, data = d, control = control)
    emit(case, "cause_specific_coefficient", causes[k], coef(cs), 1e-8,
         "coxph(Surv(time, code == k) ~ x)")
    emit(case, "cause_specific_std_err", causes[k], sqrt(vcov(cs)), 1e-8,
         "coxph(Surv(time, code == k) ~ x)")
    for (arm in arms) {
      here <- which(at$strata == paste0("arm=", arm))
      emit(case, "incidence_at_365", paste(causes[k], arm, sep = "|"), at$pstate[here, k + 1],
           1e-9, "survfit(Surv(time, state) ~ arm)")
      emit(case, "incidence_std_err_at_365", paste(causes[k], arm, sep = "|"),
           at$std.err[here, k + 1], 1e-7, "survfit(Surv(time, state) ~ arm)")
    }
  }
}

pfs <- subset(adtte, PARAMCD == "PFS" & ITTFL == "Y")
competing("pfs", data.frame(time = pfs$AVAL, arm = factor(pfs$TRTP, arms),
                            cause = ifelse(pfs$CNSR == 0, pfs$EVNTDESC, "")),
          c("Progression", "Death"))
sae <- subset(adtte, PARAMCD == "TTSAE" & SAFFL == "Y")
death <- "Death without a serious event"
competing("ttsae", data.frame(time = sae$AVAL, arm = factor(sae$TRTA, arms),
  cause = ifelse(sae$CNSR == 0, sae$EVNTDESC,
                 ifelse(sae$CNSDTDSC == death, death, ""))),
  c("Serious adverse event", death))

# Treatment-emergent serious events by actual arm; day 1 is first dose, follow-up until 30 days
# after the last dose, death, or the last day known alive, whichever is first.
safe <- subset(adsl, SAFFL == "Y")
day <- function(date, origin) as.numeric(as.Date(date) - as.Date(origin)) + 1
alive <- ifelse(is.na(safe$DTHDT), safe$LSTALVDT, safe$DTHDT)
last <- ifelse(is.na(safe$TRTEDT), safe$DATACUT, as.character(as.Date(safe$TRTEDT) + 30))
safe$end <- day(pmin(last, alive, safe$EOSDT, safe$DATACUT, na.rm = TRUE), safe$TRTSDT)
safe$died <- as.integer(!is.na(safe$DTHDT) & day(safe$DTHDT, safe$TRTSDT) <= safe$end)
happened <- subset(adae, TRTEMFL == "Y" & AESER == "Y")
happened <- merge(happened[c("USUBJID", "ASTDT")], safe[c("USUBJID", "TRTSDT", "end")])
happened$time <- day(happened$ASTDT, happened$TRTSDT)
happened <- subset(happened, time >= 1 & time <= end)
total <- tapply(happened$time, factor(happened$USUBJID, safe$USUBJID), length)
safe$events <- ifelse(is.na(total), 0, total)
for (arm in arms) {
  own <- subset(safe, TRT01A == arm)
  years <- own$end / 365.25
  emit("serious", "events", arm, sum(own$events), 0, "tapply(time, USUBJID, length)")
  emit("serious", "deaths", arm, sum(own$died), 0, "sum(died)")
  emit("serious", "patient_years", arm, sum(years), 1e-10, "sum(end / 365.25)")
}
counting <- do.call(rbind, lapply(seq_len(nrow(safe)), function(i) {
  own <- sort(unique(happened$time[happened$USUBJID == safe$USUBJID[i]]))
  stop <- c(own, if (!length(own) || safe$end[i] > max(own)) safe$end[i])
  data.frame(id = i, arm = safe$TRT01A[i], start = c(0, head(stop, -1)), stop = stop,
             event = as.integer(seq_along(stop) <= length(own)), order = seq_along(stop))
}))
counting$x <- as.integer(counting$arm == arms[2])
most <- 2
few <- subset(counting, order <= most)
models <- list(
  `andersen-gill` = coxph(Surv(start, stop, event) ~ x, cluster = id, data = counting,
                          control = control),
  total = coxph(Surv(start, stop, event) ~ x + strata(order), cluster = id, data = few,
                control = control),
  gap = coxph(Surv(stop - start, event) ~ x + strata(order), cluster = id, data = few,
              control = control))
calls <- c("coxph(Surv(start, stop, event) ~ x, cluster = id)",
           "coxph(Surv(start, stop, event) ~ x + strata(order), cluster = id)",
           "coxph(Surv(stop - start, event) ~ x + strata(order), cluster = id)")
for (k in seq_along(models)) {
  emit("serious", "coefficient", names(models)[k], coef(models[[k]]), 1e-7, calls[k])
  emit("serious", "std_err", names(models)[k], sqrt(vcov(models[[k]])), 1e-6, calls[k])
}
mean <- summary(survfit(Surv(start, stop, event) ~ arm, data = counting, id = id), times = 180)
for (arm in arms) {
  here <- which(mean$strata == paste0("arm=", arm))
  emit("serious", "mean_if_lost_at_180", arm, mean$cumhaz[here], 1e-9,
       "survfit(Surv(start, stop, event) ~ arm, id = id)$cumhaz")
  emit("serious", "mean_if_lost_std_err_at_180", arm, mean$std.chaz[here], 1e-6,
       "survfit(Surv(start, stop, event) ~ arm, id = id)$std.chaz")
}
write.csv(rows, quote = TRUE, row.names = FALSE)
